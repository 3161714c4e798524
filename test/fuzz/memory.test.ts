import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";

const SCRIPT = `${import.meta.dirname}/refused-tokens.ts`;
const TOKENS = 50_000;
const MEGABYTE = 1_000_000;

/** Kept under its own issuer, each token would leave 4 kB: 200 MB in all. */
test("50,000 refused tokens with an issuer of 4 kB each leave the heap where it was", () => {
  const node = ["--expose-gc", "--import", "tsx", SCRIPT, String(TOKENS)];
  const left = Number(execFileSync(process.execPath, node, { encoding: "utf8" }));
  expect(Math.abs(left)).toBeLessThan(MEGABYTE);
});
