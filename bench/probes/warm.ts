import type { JsonWebKey } from "node:crypto";
import { bareVerification } from "./bare.ts";
import { instructions, loadBundle, loadWith, report } from "./load.ts";
import { timeRounds, type Subject } from "./timing.ts";

interface Instructions {
  readonly bundles: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
  readonly events: readonly unknown[];
  readonly jwk: JsonWebKey;
  readonly rounds: number;
}

const { bundles, tokens, events, jwk, rounds } = instructions() as Instructions;
const { authorizer = "", ...peers } = bundles;

/** The whole product, from the event to the policy; then each library's verification alone, and in a handler. */
function subjects(pick: (index: number) => number): Subject[] {
  const silent = loadWith({ AUTHORIZER_LOG_LEVEL: "silent" }, authorizer);
  const logging = loadWith({ AUTHORIZER_LOG_LEVEL: "info" }, authorizer);
  return [
    bareVerification(tokens, jwk),
    { name: "handler", run: (index) => silent.handler(events[pick(index)]) },
    { name: "handler, logging", run: (index) => logging.handler(events[pick(index)]) },
    ...Object.entries(peers).flatMap(([name, path]) => peerSubjects(name, path, pick)),
  ];
}

function peerSubjects(name: string, path: string, pick: (index: number) => number): Subject[] {
  const { handler } = loadWith({ AUTHORIZER_LOG_LEVEL: "silent" }, path);
  const { verify, verifyCached } = loadBundle(path);
  const both = [
    { name, run: (index: number) => verify(tokens[pick(index)] ?? "") },
    { name: `${name}, handler`, run: (index: number) => handler(events[pick(index)]) },
  ];
  const cached = {
    name: `${name}, caching`,
    run: (index: number) => verifyCached(tokens[pick(index)] ?? ""),
  };
  return name === "fast-jwt" ? [...both, cached] : both;
}

/** A subject that refuses its tokens would look fast. */
async function assertAccepted(all: readonly Subject[]): Promise<void> {
  for (const { run } of all) await run(0);
}

async function main(): Promise<void> {
  const distinct = subjects((index) => index % tokens.length);
  const repeated = subjects(() => 0);
  await assertAccepted([...distinct, ...repeated]);
  report({
    distinct: await timeRounds(distinct, { rounds, calls: tokens.length }),
    repeated: await timeRounds(repeated, { rounds: Math.ceil(rounds / 2), calls: tokens.length }),
  });
  process.exit();
}

void main();
