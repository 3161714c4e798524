/** Writes the golden events again: `npx tsx test/contract/write.ts`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { GOLDEN, goldenFiles } from "./golden.ts";

const files = await goldenFiles();
rmSync(GOLDEN, { recursive: true, force: true });
mkdirSync(GOLDEN, { recursive: true });
for (const [path, text] of files) writeFileSync(path, text);
