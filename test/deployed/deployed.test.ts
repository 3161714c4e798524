import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import { compare } from "./comparison.ts";
import { serveLocally } from "./local-server.ts";
import { localProbe } from "./local-probe.ts";
import { KINDS } from "./probe.ts";

it("finds the kit's own gateways, served over the network, as expected", async () => {
  const local = await serveLocally();
  try {
    const options = [
      "--import",
      "tsx",
      "test/deployed/run.ts",
      ...local.urls.flatMap((url) => ["--url", url]),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    const [, agreeing, all] = /(\d+) of (\d+) answers are as expected\n$/.exec(stdout) ?? [];
    expect(agreeing).toBe(all);
    for (const kind of KINDS) expect(stdout).toContain(kind);
  } finally {
    local.close();
  }
}, 30_000);

it("notices a gateway that lets everybody in", async () => {
  const open = { ...localProbe(), ask: () => Promise.resolve({ status: 200, body: "", seen: null }) };
  const different = (await compare(open)).filter(({ agree }) => !agree);
  expect(different.map(({ name }) => name)).toContain("The authorizer denies");
});
