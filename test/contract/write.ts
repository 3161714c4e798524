/** Writes the golden events again: `npm run docs:golden`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { GOLDEN, goldenFiles } from "./golden.ts";

const files = await goldenFiles();
rmSync(GOLDEN, { recursive: true, force: true });
mkdirSync(GOLDEN, { recursive: true });
for (const [path, text] of files) writeFileSync(path, text);
