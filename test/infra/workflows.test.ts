import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

const FOLDER = ".github/workflows";
/** A tag can be moved, and a release with it; a commit cannot. The version is for people and for Dependabot. */
const PINNED = /^ *- uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

test("every action that a workflow uses is pinned to a commit, with its version beside it", () => {
  const lines = readdirSync(FOLDER).flatMap((name) =>
    readFileSync(`${FOLDER}/${name}`, "utf8")
      .split("\n")
      .filter((line) => /\buses:/.test(line)),
  );
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => !PINNED.test(line))).toEqual([]);
});
