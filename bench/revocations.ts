/**
 * Measures what a table of revocations costs: in a cold start, in a warm call, and in memory. It prints a table and
 * writes it into docs/revocation.md.
 *
 *     npm run bench:revocations
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { answerHelp } from "../tools/build/usage.ts";
import { itemOf } from "../src/revocations/item.ts";
import { startRevocationTable } from "../src/testing/revocation-table.ts";
import { buildProduct, bundlePath, copyAuthorizer } from "./builds.ts";
import { measureCold, type ColdStart, type Starter } from "./cold.ts";
import { resultOf, runtimes, type Environment, type Runtime } from "./probe.ts";
import { loopbackCertificate, startSlowEndpoint } from "./slow-network.ts";
import { table } from "./report.ts";
import { ratioText } from "./statistics.ts";
import { BenchTenant, eventWith } from "./tenant.ts";

const GUIDE = "docs/revocation.md";
const BEGIN = "<!-- bench: written by bench/revocations.ts -->";
const END = "<!-- bench: end -->";
const TABLE = { REVOCATION_TABLE: "revocations", AWS_REGION: "eu-central-1" };
const KEYS = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
const COLD_ROUNDS = 41;
const WARM_ROUNDS = 150;
const WARM_SIZES = [100, 100_000];
const DISTANCE_MS = 10;

answerHelp(`Measures what a table of revocations costs, on each Node.js of Lambda.

  npm run bench:revocations

Three minutes; it writes the table of ${GUIDE}.
`);

interface Probed {
  readonly lists: readonly {
    readonly entries: number;
    readonly bytes: number;
    readonly nanoseconds: number;
  }[];
  readonly handlers: Readonly<Record<string, readonly number[]>>;
}

interface Measured {
  readonly runtime: Runtime;
  readonly cold: ReadonlyMap<string, ColdStart>;
  /** With each of the lists that a warm call is timed with. */
  readonly probed: readonly Probed[];
}

const folder = await buildProduct(["cold", "revocations"]);
const all: Measured[] = [];
for (const runtime of runtimes()) {
  const cold = await coldStarts(runtime);
  const probed: Probed[] = [];
  for (const size of WARM_SIZES) probed.push(await probeWith(runtime, size));
  all.push({ runtime, cold, probed });
}
const text = report(all);
console.log(text);
const guide = readFileSync(GUIDE, "utf8");
const [before, after] = [guide.split(BEGIN)[0], guide.split(END)[1]];
if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the table`);
const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
writeFileSync(GUIDE, await format(whole, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));

/** Keys and table over TLS, as far away as AWS is from its own Lambdas. */
async function coldStarts(runtime: Runtime): Promise<ReadonlyMap<string, ColdStart>> {
  const certificate = await loopbackCertificate();
  const authority = `${folder}/loopback.pem`;
  writeFileSync(authority, certificate.cert);
  const keys = new BenchTenant("localhost");
  const jwks = await startSlowEndpoint(certificate, JSON.stringify(keys.jwks), DISTANCE_MS);
  const tenant = new BenchTenant(`localhost:${jwks.port}`, keys.keys);
  const environment = tenant.environment({ NODE_EXTRA_CA_CERTS: authority });
  const bundles = { "keys at hand": bundleIn("with-keys"), "keys to fetch": bundleIn("without-keys") };
  tenant.writeSnapshot(`${folder}/with-keys`);
  const starters: Starter[] = [];
  const endpoints = [jwks];
  const tables: [string, Environment][] = [["no table", {}]];
  for (const entries of [0, 100, 1000, 10_000]) {
    const endpoint = await startSlowEndpoint(certificate, pageOf(entries), DISTANCE_MS);
    endpoints.push(endpoint);
    const url = { AWS_ENDPOINT_URL_DYNAMODB: `https://localhost:${endpoint.port}` };
    tables.push([`${entries.toLocaleString("en")} entries`, { ...TABLE, ...KEYS, ...url }]);
  }
  for (const [where, bundle] of Object.entries(bundles))
    for (const [what, more] of tables)
      starters.push({ name: `${where}, ${what}`, bundle, environment: { ...environment, ...more } });
  const cold = await measureCold(runtime, tenant, starters, COLD_ROUNDS);
  for (const endpoint of endpoints) endpoint.close();
  return cold;
}

function bundleIn(name: string): string {
  mkdirSync(`${folder}/${name}`, { recursive: true });
  copyAuthorizer(`${folder}/${name}`);
  return `${name}/authorizer`;
}

function items(entries: number): object[] {
  const writtenAt = Date.now();
  const notBefore = Math.floor(writtenAt / 1000) - 60;
  return Array.from({ length: entries }, (_, index) =>
    itemOf(
      {
        kind: index % 2 === 0 ? "sid" : "sub",
        value: `auth0|65f2a0000000000000${index}`,
        issuer: "*",
        notBefore,
      },
      { writtenAt: writtenAt - Math.floor(index / 10), retentionHours: 24 },
    ),
  );
}

/** DynamoDB's answer: of each item what the reader asks for. */
function pageOf(entries: number): string {
  const members = ["sk", "kind", "value", "issuer", "notBefore"];
  const page = items(entries).map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => members.includes(name))),
  );
  return JSON.stringify({ Items: page, Count: entries });
}

/** A process for each table: credentials and endpoint are those of the process. */
async function probeWith(runtime: Runtime, entries: number): Promise<Probed> {
  const tenant = new BenchTenant("acme.eu.auth0.com");
  tenant.writeSnapshot(folder);
  const table = await startRevocationTable();
  table.items = items(entries);
  const probed = await resultOf<Probed>(
    { runtime, name: "revocations", environment: tenant.environment(), flags: ["--expose-gc"] },
    {
      authorizer: bundlePath("authorizer"),
      events: Array.from({ length: 100 }, (_, user) => eventWith(tenant.idToken(user))),
      issuer: `https://${tenant.domain}/`,
      environments: { none: {}, table: { REVOCATION_TABLE: table.name, ...table.environment } },
      rounds: WARM_ROUNDS,
    },
  );
  await table.close();
  return probed;
}

function report(all: readonly Measured[]): string {
  const row = (what: string, cell: (measured: Measured) => string): string[] => [what, ...all.map(cell)];
  const coldRow = (where: string, what: string): string[] =>
    row(`cold start, ${where}: ${what} / no table`, ({ cold }) =>
      ratioText(cold.get(`${where}, ${what}`)?.milliseconds, cold.get(`${where}, no table`)?.milliseconds),
    );
  const sizes = ["0 entries", "100 entries", "1,000 entries", "10,000 entries"];
  return table(
    row("", ({ runtime }) => `Node.js ${runtime.version}`),
    [
      ...["keys to fetch", "keys at hand"].flatMap((where) => sizes.map((what) => coldRow(where, what))),
      ...WARM_SIZES.map((size, index) =>
        row(`warm call, ${size.toLocaleString("en")} entries / no table`, ({ probed }) =>
          ratioText(probed[index]?.handlers["table"], probed[index]?.handlers["none"]),
        ),
      ),
      ...[0, 1, 2].map((index) =>
        row(
          `one check, ${all[0]?.probed[0]?.lists[index]?.entries.toLocaleString("en") ?? ""} entries`,
          (measured) => `${Math.round(measured.probed[0]?.lists[index]?.nanoseconds ?? NaN)} ns`,
        ),
      ),
      row(
        "memory, 100,000 entries",
        ({ probed }) => `${((probed[0]?.lists[2]?.bytes ?? NaN) / 1e6).toFixed(1)} MB`,
      ),
      row(
        "file that is loaded only with a table",
        () => `${(statSync("dist/authorizer.revocation-lists.cjs").size / 1024).toFixed(1)} KB`,
      ),
    ],
  );
}
