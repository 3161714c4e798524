/**
 * Sends the same requests to the source and to the bundle in dist/, and ends with 1 where an answer, an error, a log
 * line or a request differs: for random tokens and events, and for every configuration that does not start.
 *
 *     tsx test/fuzz/source-and-bundle.ts [--runs N] [--seed N]
 */
import { EventEmitter } from "node:events";
import fs from "node:fs";
import https from "node:https";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { inspect, isDeepStrictEqual, parseArgs } from "node:util";
import fc from "fast-check";
import type { Authorizer } from "../../src/authorizer/create-authorizer.ts";
import { SNAPSHOT_FILE } from "../../src/token/keys/snapshot.ts";
import { SETTINGS } from "../../src/settings/definitions.ts";
import { toEnvironment, type Variables } from "../../src/settings/to-environment.ts";
import { describeConstraint } from "../../src/settings/configuration-error.ts";
import { CONSTRAINTS } from "../../src/settings/constraints.ts";
import { getVariable } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { AUDIENCE, CLIENT_ID, EMAIL_CLAIM, ISSUER, NOW } from "../tokens.ts";
import { absurdEvents, buildEvent } from "./events.ts";
import { at, createGround, GATEWAYS, TEAMS } from "./fixtures.ts";
import { buildMutated, mutatedTokens } from "./mutated-tokens.ts";
import { buildSigned, signedTokens } from "./signed-tokens.ts";

const { values } = parseArgs({ options: { runs: { type: "string" }, seed: { type: "string" } } });
const runs = Number(values.runs ?? 8000);
const seed = Number(values.seed ?? 20_261_130);
const BUNDLE = new URL("../../dist/authorizer.cjs", import.meta.url).pathname;
const MAIN = new URL("../../dist/authorizer.main.cjs", import.meta.url).pathname;
const PROCESS_ENV = { ...process.env };
const ground = createGround();

/** What the world saw of a start or of a call. */
const seen: string[] = [];
let snapshot = "";
letTheWorldStandStill();

const BASE = toEnvironment(
  {
    domain: [ISSUER],
    clientIds: [CLIENT_ID],
    audiences: [AUDIENCE],
    emailClaim: EMAIL_CLAIM,
  },
  NOW * 1000,
);
const messages: string[] = [];
const differences: object[] = [];
let starts = 0;
let calls = 0;
let accepted = 0;

for (const variables of brokenConfigurations()) await compareStart(variables);
snapshot = "{";
await compareStart(BASE);
snapshot = JSON.stringify({
  takenAt: new Date(NOW * 1000).toISOString(),
  keySets: { [ISSUER]: { keys: ground.published.map(({ jwk }) => jwk) } },
});
for (const [index, team] of TEAMS.entries()) {
  const variables = { ...BASE, ...toEnvironment({ ...fullSettings(), ...team }, NOW * 1000) };
  await compareCalls(variables, eventsFor(index, Math.ceil(runs / TEAMS.length)));
}
const untold = CONSTRAINTS.filter(({ name, of: [key] }) => {
  const issue = `${getVariable(key)} ${describeConstraint(name, getVariable)}`;
  return !messages.some((message) => message.includes(issue));
}).map(({ name, of: [key] }) => `${name} of ${key}`);

console.log(
  `${starts} starts, ${messages.length} of them refused; ${calls} calls, ${accepted} of them accepted`,
);
if (differences.length > 0) console.log(inspect(differences.slice(0, 5), { depth: 9 }));
if (untold.length > 0) console.log(`no configuration breaks ${untold.join()}`);
process.exit(differences.length + untold.length > 0 || accepted === 0 ? 1 : 0);

function fullSettings(): object {
  return { domain: [ISSUER], clientIds: [CLIENT_ID], audiences: [AUDIENCE], emailClaim: EMAIL_CLAIM };
}

/** The clock, random numbers, the snapshot, the log and the network are the same for both. */
function letTheWorldStandStill(): void {
  Date.now = () => NOW * 1000;
  Math.random = () => 0;
  const { readFileSync } = fs;
  Object.assign(fs, {
    readFileSync: (path: string | URL, ...rest: [BufferEncoding]) =>
      String(path).endsWith(SNAPSHOT_FILE) ? readSnapshot() : readFileSync(path, ...rest),
    writeSync: (_: number, line: string) => {
      seen.push(withoutFolder(line));
    },
  });
  Object.assign(https, {
    request: (url: string, options: object) => {
      seen.push(inspect([url, options], { depth: 5 }));
      const request = new EventEmitter();
      const end = (body?: string): void => {
        seen.push(String(body));
        setImmediate(() => request.emit("error", new Error("no network")));
      };
      return Object.assign(request, { end, destroy: () => undefined });
    },
  });
  syncBuiltinESMExports();
}

function withoutFolder(line: string): string {
  return line.replace(/[^ "]*jwks-snapshot\.json/, "FILE");
}

function readSnapshot(): string {
  if (snapshot === "") throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  return snapshot;
}

interface Outcome {
  readonly handler: Authorizer | undefined;
  readonly error: string | undefined;
  readonly seen: readonly string[];
}

async function start(load: () => Promise<{ handler: Authorizer }>, variables: Variables): Promise<Outcome> {
  process.env = { ...PROCESS_ENV, AWS_LAMBDA_FUNCTION_NAME: "authorizer", ...variables };
  seen.length = 0;
  let handler: Authorizer | undefined;
  let error: string | undefined;
  try {
    ({ handler } = await load());
  } catch (thrown) {
    error = errorText(thrown);
  }
  await settled();
  return { handler, error, seen: [...seen] };
}

async function compareStart(variables: Variables): Promise<{ source: Outcome; bundle: Outcome }> {
  starts += 1;
  const source = await start(() => import(`../../src/handler.ts?start=${starts}`) as never, variables);
  const bundle = await start(() => Promise.resolve(requireBundle()), variables);
  compare({ variables }, { ...source, handler: undefined }, { ...bundle, handler: undefined });
  if (source.error !== undefined) messages.push(source.error);
  return { source, bundle };
}

function requireBundle(): { handler: Authorizer } {
  const require = createRequire(import.meta.url);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- that is how CommonJS forgets a module
  for (const file of [BUNDLE, MAIN]) delete require.cache[file];
  return require(BUNDLE) as { handler: Authorizer };
}

async function compareCalls(variables: Variables, events: readonly unknown[]): Promise<void> {
  const { source, bundle } = await compareStart(variables);
  if (source.handler === undefined || bundle.handler === undefined)
    throw new Error(`A team's settings do not start: ${source.error ?? bundle.error ?? ""}`);
  for (const event of events) {
    calls += 1;
    const [one, other] = [await answer(source.handler, event), await answer(bundle.handler, event)];
    compare({ variables, event }, one, other);
    if (one.answer?.includes('"Allow"') === true || one.answer?.includes('"isAuthorized":true') === true)
      accepted += 1;
  }
}

interface Answer {
  readonly answer?: string;
  readonly error?: string;
  readonly seen: readonly string[];
}

async function answer(handler: Authorizer, event: unknown): Promise<Answer> {
  seen.length = 0;
  try {
    const response = JSON.stringify(await handler(structuredClone(event)));
    return { answer: response, seen: [...seen] };
  } catch (thrown) {
    return { error: errorText(thrown), seen: [...seen] };
  }
}

/** An error and what caused it, without stacks, in which the two have other lines. */
function errorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return inspect(thrown);
  const { name, message, cause, ...rest } = thrown;
  const text = `${name}: ${message} ${inspect({ ...rest, ...Object.fromEntries(Object.entries(thrown)) })}`;
  return cause === undefined ? text : `${text}, because of ${errorText(cause)}`;
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function compare(what: object, source: object, bundle: object): void {
  if (!isDeepStrictEqual(source, bundle)) differences.push({ ...what, source, bundle });
}

function eventsFor(team: number, count: number): unknown[] {
  const options = { numRuns: Math.ceil(count / 3), seed: seed + team };
  return [
    ...fc
      .sample(mutatedTokens, options)
      .map((recipe) => bearerEvent(at(GATEWAYS, recipe.gateway), buildMutated(recipe, ground))),
    ...fc
      .sample(signedTokens, options)
      .map((recipe) => bearerEvent(at(GATEWAYS, recipe.gateway), buildSigned(recipe, ground))),
    ...fc.sample(absurdEvents, options).map((recipe) => buildEvent(recipe, ground)),
  ];
}

/** Each setting with values that it cannot have, each rule broken, and all kinds of issues together. */
function brokenConfigurations(): Variables[] {
  const variables = Object.values(SETTINGS).map(({ variable }) => variable);
  const bad = ["?", "-1", "1e9", "maybe", "a b", "=x", "a=b,a=c", "é", "https://x/path", "http://a.com", ","];
  const alone = variables.flatMap((variable) => bad.map((value) => ({ ...BASE, [variable]: value })));
  const good = { AUTHORIZER_EMAIL_POLICY: "verified", AUTH0_CLIENT_IDS: CLIENT_ID, AUTH0_DOMAIN: ISSUER };
  const rules: Variables[] = [
    {},
    { AUTH0_DOMAIN: ISSUER },
    { ...BASE, AUTH0_AUDIENCES: CLIENT_ID },
    { AUTH0_DOMAIN: ISSUER, AUTH0_AUDIENCES: AUDIENCE },
    { ...BASE, AUTHORIZER_EMAIL_POLICY: "present", AUTHORIZER_EMAIL_DOMAINS: "acme.com" },
    { ...BASE, AUTH0_REQUIRED_CLAIMS: "https://acme.com/plan=" },
    { ...BASE, AUTH0_REQUIRED_CLAIMS: "https://acme.com/plan=|" },
    { ...BASE, AUTHORIZER_ALLOW_MACHINES: "true" },
    { ...BASE, AUTHORIZER_ALLOW_ANONYMOUS: "true" },
    { ...BASE, AUTHORIZER_ALLOW_AGENTS: "true" },
    { ...good, AUTH0_REQUIRED_PERMISSIONS: "read:x" },
    { ...good, AUTHORIZER_ROUTE_PERMISSIONS: "GET /x=read:x" },
    { ...BASE, REVOCATION_ON_FAILURE: "allow" },
    { ...BASE, REVOCATION_SESSION_CLAIM: "https://acme.com/sid" },
    ...variables.map((variable) => ({ ...BASE, [variable]: "7" })),
    { ...BASE, AUTH0_CLIENT_ID: "WebApp", AUTHORIZER_EMIAL: "optional" },
    { AUTH0_CLIENT_ID: "WebApp", AUTHORIZER_EMIAL: "optional" },
  ];
  const together = fc.dictionary(fc.constantFrom(...variables), fc.constantFrom(...bad, "7", "true"), {
    minKeys: 1,
    maxKeys: 8,
  });
  return [...alone, ...rules, ...fc.sample(together, { numRuns: 200, seed })];
}
