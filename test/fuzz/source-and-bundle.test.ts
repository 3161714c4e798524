import { spawnSync } from "node:child_process";
import { expect, test } from "@jest/globals";

/** The long form takes more: `tsx test/fuzz/source-and-bundle.ts`. */
const RUNS = 700;

test("source and bundle give the same answers, errors, log lines and requests", () => {
  const command = ["--import", "tsx", "test/fuzz/source-and-bundle.ts", "--runs", String(RUNS)];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  expect({ status, stderr, stdout }).toEqual({
    status: 0,
    stderr: "",
    stdout: expect.stringMatching(/^\d+ starts, \d+ of them refused; 7\d\d calls, \d+ of them accepted\n$/),
  });
});
