/**
 * Measures what a table of revocations costs: in a cold start, in a warm call, on the wire and in bytes loaded. It
 * prints a table and writes it into bench/revocations.md.
 *
 *     npx tsx bench/revocations.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { answerHelp } from "../tools/build/usage.ts";
import { createAuthorizer } from "../src/authorizer/create-authorizer.ts";
import { startRevocationTable } from "../src/testing/revocation-table.ts";
import { startFakeTenant } from "../src/testing/tenant.ts";
import { buildProduct, bundlePath, copyAuthorizer } from "./builds.ts";
import { measureCold, type ColdStart, type Starter } from "./cold.ts";
import { resultOf, runtimes, type Environment, type Runtime } from "./probe.ts";
import { table } from "./report.ts";
import { loopbackCertificate, startSlowEndpoint } from "./slow-network.ts";
import { ratioText } from "./statistics.ts";
import { BenchTenant, eventWith } from "./tenant.ts";
import { startCountingLine } from "./wire.ts";

answerHelp(`Measures what a table of revocations costs, on each Node.js of Lambda.

  npx tsx bench/revocations.ts             some five minutes; it writes the table of bench/revocations.md
  npx tsx bench/revocations.ts --quick  in a short form, printed only
`);

const GUIDE = "bench/revocations.md";
const BEGIN = "<!-- bench: written by bench/revocations.ts -->";
const END = "<!-- bench: end -->";
const IS_QUICK = process.argv.includes("--quick");
const TABLE = { REVOCATION_TABLE: "revocations", AWS_REGION: "eu-central-1" };
const KEYS = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
const NOTHING_FOUND = JSON.stringify({ Responses: { revocations: [] }, UnprocessedKeys: {} });
const COLD_ROUNDS = IS_QUICK ? 3 : 41;
const WARM_ROUNDS = IS_QUICK ? 5 : 60;
/** Milliseconds, there and back. */
const DISTANCES = [0, 10];
/** What else the table holds. */
const FILLINGS = [0, 100_000];
const WIRE_CALLS = 100;

interface Probed {
  /** Microseconds of a call, by round. */
  readonly handlers: Readonly<Record<string, readonly number[]>>;
  /** Microseconds of a call. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
}

interface Measured {
  readonly runtime: Runtime;
  readonly cold: ReadonlyMap<string, ColdStart>;
  /** By the distance. */
  readonly warm: ReadonlyMap<number, Probed>;
}

const folder = await buildProduct(["cold", "revocations"]);
const certificate = await loopbackCertificate();
const authority = `${folder}/loopback.pem`;
writeFileSync(authority, certificate.cert);
const all: Measured[] = [];
/** In the short form, the Node.js at hand. */
const subjects: readonly Runtime[] = IS_QUICK
  ? [{ version: process.versions.node, node: process.execPath }]
  : runtimes();
for (const runtime of subjects) {
  const warm = new Map<number, Probed>();
  for (const distance of DISTANCES) warm.set(distance, await probeAt(distance, runtime));
  all.push({ runtime, cold: await coldStarts(runtime), warm });
}
const wire: string[][] = [];
for (const filling of FILLINGS) wire.push(await measureWire(filling));
const text = [
  costs(all),
  table(["the table holds", "requests of a call", "keys", "bytes sent", "received"], wire),
].join("\n\n");
console.log(text);
if (!IS_QUICK) await writeGuide();

async function writeGuide(): Promise<void> {
  const guide = readFileSync(GUIDE, "utf8");
  const [before, after] = [guide.split(BEGIN)[0], guide.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the table`);
  const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
  writeFileSync(GUIDE, await format(whole, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));
}

/** Keys and table over TLS, so far away. */
async function coldStarts(runtime: Runtime): Promise<ReadonlyMap<string, ColdStart>> {
  const starters: Starter[] = [];
  const closing: { readonly close: () => void }[] = [];
  const keys = new BenchTenant("localhost");
  const jwks = await startSlowEndpoint(certificate, JSON.stringify(keys.jwks), 10);
  closing.push(jwks);
  const tenant = new BenchTenant(`localhost:${jwks.port}`, keys.keys);
  const bundles = { "keys at hand": bundleIn("with-keys"), "keys to fetch": bundleIn("without-keys") };
  tenant.writeSnapshot(`${folder}/with-keys`);
  const environment = tenant.environment({ NODE_EXTRA_CA_CERTS: authority });
  const tables: [string, Environment][] = [["no table", {}]];
  for (const distance of DISTANCES) {
    const endpoint = await startSlowEndpoint(certificate, NOTHING_FOUND, distance);
    closing.push(endpoint);
    tables.push([`${distance} ms`, tableAt(endpoint.port)]);
  }
  for (const [where, bundle] of Object.entries(bundles))
    for (const [what, more] of tables)
      starters.push({ name: `${where}, ${what}`, bundle, environment: { ...environment, ...more } });
  const cold = await measureCold(runtime, tenant, starters, COLD_ROUNDS);
  for (const one of closing) one.close();
  return cold;
}

function bundleIn(name: string): string {
  mkdirSync(`${folder}/${name}`, { recursive: true });
  copyAuthorizer(`${folder}/${name}`);
  return `${name}/authorizer`;
}

function tableAt(port: number): Environment {
  return { ...TABLE, ...KEYS, AWS_ENDPOINT_URL_DYNAMODB: `https://localhost:${port}` };
}

/** A process for each distance: the endpoint is that of the process. */
async function probeAt(distance: number, runtime: Runtime): Promise<Probed> {
  const tenant = new BenchTenant("acme.eu.auth0.com");
  tenant.writeSnapshot(folder);
  const endpoint = await startSlowEndpoint(certificate, NOTHING_FOUND, distance);
  const environment = tenant.environment({ NODE_EXTRA_CA_CERTS: authority });
  const probed = await resultOf<Probed>(
    { runtime, name: "revocations", environment, flags: [] },
    {
      authorizer: bundlePath("authorizer"),
      events: Array.from({ length: 20 }, (_, user) => eventWith(tenant.idToken(user))),
      environments: { none: {}, table: tableAt(endpoint.port) },
      rounds: WARM_ROUNDS,
      warmingUp: distance === 0 ? 1000 : 50,
    },
  );
  endpoint.close();
  return probed;
}

/** From this process, over a line that counts: the bytes are the same on every Node.js. */
async function measureWire(filling: number): Promise<string[]> {
  const [tenant, revocations] = await Promise.all([startFakeTenant(), startRevocationTable()]);
  for (let index = 0; index < filling; index += 1) revocations.revokeSession(`other-session-${index}`);
  const line = await startCountingLine(revocations.endpoint);
  let keys = 0;
  revocations.onRequest = (_operation, input) => {
    const { RequestItems: requested } = input as { RequestItems: Record<string, { Keys: unknown[] }> };
    keys += requested[revocations.name]?.Keys.length ?? 0;
  };
  const authorize = createAuthorizer(
    { ...tenant.settings, ...revocations.settings },
    { env: { ...revocations.environment, AWS_ENDPOINT_URL_DYNAMODB: line.url }, write: () => undefined },
  );
  for (let index = 0; index < WIRE_CALLS; index += 1) await authorize(eventWith(tenant.idToken()));
  const { sent, received } = line.count;
  const perCall = [keys, sent, received].map((value) => (value / WIRE_CALLS).toFixed(0));
  const row = [
    `${filling.toLocaleString("en")} others`,
    (revocations.reads / WIRE_CALLS).toFixed(0),
    ...perCall,
  ];
  await Promise.all([tenant.close(), revocations.close()]);
  line.close();
  return row;
}

function costs(all: readonly Measured[]): string {
  const row = (what: string, cell: (measured: Measured) => string): string[] => [what, ...all.map(cell)];
  const coldRow = (where: string, distance: number): string[] =>
    row(`cold start, ${where}: table ${distance} ms away / no table`, ({ cold }) =>
      ratioText(
        cold.get(`${where}, ${distance} ms`)?.milliseconds,
        cold.get(`${where}, no table`)?.milliseconds,
      ),
    );
  const added = ({ warm }: Measured): number => {
    const { none = NaN, table = NaN } = warm.get(0)?.cpu ?? {};
    return table - none;
  };
  const loaded = ({ warm }: Measured): string => {
    const { none = NaN, table = NaN } = warm.get(0)?.bytes ?? {};
    return `${(none / 1024).toFixed(1)} KB / ${(table / 1024).toFixed(1)} KB`;
  };
  return table(
    row("", ({ runtime }) => `Node.js ${runtime.version}`),
    [
      ...["keys to fetch", "keys at hand"].flatMap((where) => DISTANCES.map((ms) => coldRow(where, ms))),
      ...DISTANCES.map((distance) =>
        row(`warm call: table ${distance} ms away / no table`, ({ warm }) =>
          ratioText(warm.get(distance)?.handlers["table"], warm.get(distance)?.handlers["none"]),
        ),
      ),
      row(
        "processor time that a lookup adds to a warm call",
        (one) => `${(added(one) / 1000).toFixed(2)} ms`,
      ),
      row("the function's code that is loaded: without a table / with one", loaded),
    ],
  );
}
