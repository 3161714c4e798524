import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import { expect, test } from "@jest/globals";

test("the pages that come from the source are current: `npm run docs` changes nothing", async () => {
  const script = `
    const { generatedPages } = await import("./tools/docs/pages.ts");
    process.stdout.write(JSON.stringify([...(await generatedPages())]));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", script],
    { maxBuffer: 10_000_000 },
  );
  const pages = JSON.parse(stdout) as [path: string, text: string][];
  expect(pages.map(([path]) => path)).toEqual(
    expect.arrayContaining([
      "docs/architecture.md",
      "docs/reasons.md",
      "docs/rules.md",
      "docs/api/README.md",
    ]),
  );
  for (const [path, text] of pages) {
    // The API reference is not committed: every build of the documentation makes it.
    if (!path.startsWith("docs/api/"))
      expect({ path, text: readFileSync(path, "utf8") }).toEqual({ path, text });
  }
});
