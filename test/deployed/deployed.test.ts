import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import { CASES } from "./cases.ts";
import { compare } from "./comparison.ts";
import { serveLocally } from "./local-server.ts";
import { localProbe } from "./local-probe.ts";
import { credentialsOf, KINDS, type Probe, type Reply } from "./probe.ts";

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
});

it("notices a gateway that allows every caller", async () => {
  const open = { ...localProbe(), ask: () => Promise.resolve({ status: 200, body: "", seen: null }) };
  const different = (await compare(open)).filter(({ agree }) => !agree);
  expect(different.map(({ name }) => name)).toContain("The authorizer denies");
});

it.each([
  ["evaluates the policy that it keeps", localProbe(), "nothing: cached, and evaluated anew"],
  ["keeps its verdict, and not the policy", keepingReplies(localProbe()), "cached, and not evaluated anew"],
  ["keeps nothing", localProbe(0), "not cached"],
  ["knows no conditions", denying(), "nothing: refused from the start"],
])("tells a gateway that %s from the others", async (_, probe, seen) => {
  const ending = CASES.find(({ name }) => name.startsWith("A policy with a Deny from a moment on, kept"));
  for (const kind of ["REST TOKEN", "REST REQUEST", "HTTP 1.0", "HTTP 2.0"] as const) {
    expect((await ending?.run(probe, kind))?.seen).toBe(seen);
  }
});

it.each([
  ["method and path", "Another path of the same route, where method", "HTTP 2.0 by method and path"],
  ["method and path", "Another method on the same path", "REST by method and path"],
  ["the resource's path", "Another resource", "REST by resource path"],
  ["the route key", "Another route, where", "HTTP 1.0 by route key"],
] as const)(
  "tells a gateway whose cache knows %s from one that knows the token alone",
  async (_, name, kind) => {
    const question = CASES.find((each) => each.name.startsWith(name));
    expect((await question?.run(localProbe(), kind))?.seen).toBe("another answer");
    expect((await question?.run(keepingReplies(localProbe()), kind))?.seen).toBe("what it saw on the first");
  },
);

it("asks first what is not verified and rights by route depend on", () => {
  const [first] = CASES;
  expect(first?.sources("REST by method and path")).toEqual([]);
});

/** Gives the same reply to the same token, whatever its policy says by now. */
function keepingReplies(probe: Probe): Probe {
  const kept = new Map<string, Reply>();
  return {
    ...probe,
    async ask(kind, question) {
      const key = credentialsOf(kind, question).join();
      const reply = kept.get(key) ?? (await probe.ask(kind, question));
      kept.set(key, reply);
      return reply;
    },
  };
}

function denying(): Probe {
  return { ...localProbe(), ask: () => Promise.resolve({ status: 403, body: "", seen: undefined }) };
}
