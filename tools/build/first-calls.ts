import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { GATEWAYS, type GatewayKind } from "../../src/apigateway/gateways.ts";
import { codeFiles } from "../../src/cli/function-zip.ts";
import { SNAPSHOT_FILE } from "../../src/oauth/snapshot.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";

const DOMAIN = "acme.eu.auth0.com";
const ISSUER = `https://${DOMAIN}/`;
const CLIENT_ID = "WebApp";
const AUDIENCE = "https://api.acme.com/";
const EMAIL = "https://acme.com/email";
const ENVIRONMENT = {
  AUTH0_DOMAIN: DOMAIN,
  AUTH0_CLIENT_IDS: CLIENT_ID,
  AUTH0_AUDIENCES: AUDIENCE,
  AUTH0_EMAIL_CLAIM: EMAIL,
};
const KINDS = Object.keys(GATEWAYS) as readonly GatewayKind[];

/** The table is asked by the first call. */
const SCRIPT = `
  const { createServer } = require("node:http");
  const table = createServer((request, response) => response.end(process.env.ANSWER));
  table.listen(0, "127.0.0.1", async () => {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = "http://127.0.0.1:" + table.address().port;
    const { handler } = require("./authorizer.cjs");
    for (const event of JSON.parse(process.env.EVENTS)) await handler(event);
    table.close();
    table.closeAllConnections();
  });`;

const TABLE = {
  REVOCATION_TABLE: "revocations",
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "build",
  AWS_SECRET_ACCESS_KEY: "build",
};

/**
 * The offsets, in each file of the Lambda function, of what runs for its first user: when it is loaded with packaged
 * keys, and when each kind of gateway sends it an ID token and an access token. In the files beside the main one, also
 * of what runs where there is a table of revocations.
 *
 * @param folder with the function's files
 * @throws Error where a user is turned away
 */
export function calledFirst(folder: string): ReadonlyMap<string, ReadonlySet<number>> {
  const work = mkdtempSync(join(tmpdir(), "first-calls-"));
  try {
    for (const name of codeFiles(folder)) copyFileSync(join(folder, name), join(work, name));
    const key = createSigningKey({ kid: "key" });
    const snapshot = { takenAt: new Date().toISOString(), keySets: { [ISSUER]: { keys: [key.jwk] } } };
    writeFileSync(join(work, SNAPSHOT_FILE), JSON.stringify(snapshot));
    const environment = {
      ...ENVIRONMENT,
      EVENTS: JSON.stringify(eventsOf(key)),
      ANSWER: JSON.stringify({ Responses: { [TABLE.REVOCATION_TABLE]: [] }, UnprocessedKeys: {} }),
    };
    // Of a file that both load, the second says what runs.
    return new Map([...calledIn(work, { ...environment, ...TABLE }), ...calledIn(work, environment)]);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function eventsOf(key: SigningKey): readonly object[] {
  const now = Math.floor(Date.now() / 1000);
  const common = { iss: ISSUER, sub: "auth0|alice", iat: now, exp: now + 3600 };
  const email = "alice@acme.com";
  const claims = [
    { ...common, aud: CLIENT_ID, email, email_verified: true },
    {
      ...common,
      aud: AUDIENCE,
      azp: CLIENT_ID,
      scope: "openid",
      [EMAIL]: email,
      [`${EMAIL}_verified`]: true,
    },
  ];
  const tokens = claims.map((each) => signJwt({ alg: "RS256", typ: "JWT", kid: key.kid }, each, key));
  return tokens.flatMap((token) => KINDS.map((kind) => bearerEvent(kind, token)));
}

/** What `NODE_V8_COVERAGE` makes Node.js write. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
    }[];
  }[];
}

function calledIn(folder: string, environment: NodeJS.ProcessEnv): Map<string, ReadonlySet<number>> {
  const coverage = mkdtempSync(join(folder, "coverage-"));
  const { status, stderr } = spawnSync(process.execPath, ["-e", SCRIPT], {
    cwd: folder,
    env: { ...environment, NODE_V8_COVERAGE: coverage },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The function turned its first user away: ${stderr}`);
  const [file = ""] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, file), "utf8")) as Coverage;
  const files = codeFiles(folder);
  const ours = result.filter(({ url }) => files.includes(basename(url)));
  return new Map(ours.map((script) => [basename(script.url), calledFunctions(script)]));
}

function calledFunctions({ functions }: Coverage["result"][number]): ReadonlySet<number> {
  const whole = functions.flatMap(({ ranges: [range] }) => range ?? []);
  return new Set(whole.filter(({ count }) => count > 0).map(({ startOffset }) => startOffset));
}
