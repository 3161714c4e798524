import { rmSync } from "node:fs";
import process from "node:process";

/** Jest calls it once for a run, after all tests. */
export default function removeSharedFolder() {
  rmSync(process.env.SHARED_FOLDER, { recursive: true });
}
