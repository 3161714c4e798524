import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Jest calls it once for a run, before any test: the folder for what several test files use, see test/made-once.ts. */
export default function createSharedFolder() {
  process.env.SHARED_FOLDER = mkdtempSync(join(tmpdir(), "tests-"));
}
