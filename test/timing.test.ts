import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

const STANDS = "one reading, from which on the clock stands or is moved";
const CLAIMS = "claims that hold for an hour or more, or ended long ago";
const AGAIN = "asks again until something has happened";
const START_LIMIT = "fails after minutes in which a service did not start";

/** Where tests and examples use the machine's clock or a timer, and why nothing that they assert depends on its speed. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "examples/downstream-service/account.test.ts": {
    "Date.now": CLAIMS,
  },
  "examples/downstream-service/chat.test.ts": {
    "Date.now": STANDS,
  },
  "examples/clients/auth0-js.ts": {
    "Date.now": "the example's own clock",
  },
  "examples/clients/lock.ts": {
    "Date.now": "the example's own clock",
  },
  "examples/downstream-service/orders.test.ts": {
    "Date.now": STANDS,
  },
  "examples/downstream-service/revoked.test.ts": {
    "Date.now": STANDS,
  },
  "examples/verifier/appsync-revocations.test.ts": {
    "Date.now": "a token that holds for a day",
  },
  "examples/verifier/appsync.test.ts": {
    "Date.now": CLAIMS,
  },
  "examples/verifier/appsync.ts": {
    "Date.now": "the example's own clock",
  },
  "examples/verifier/function-url.test.ts": {
    "Date.now": STANDS,
  },
  "examples/verifier/renewed-chat.test.ts": {
    "Date.now": STANDS,
  },
  "test/authorizer/create-authorizer.test.ts": {
    "Date.now":
      "tokens that hold for an hour; a snapshot that is days old; one reading, from which on the clock stands or is moved",
  },
  "test/cli/command.ts": {
    "Date.now": "the default of a clock",
  },
  "test/cli/doctor.test.ts": {
    "Date.now": "a server's clock that is minutes off",
  },
  "test/cli/explain.test.ts": {
    "Date.now": CLAIMS,
  },
  "test/cli/revoke.test.ts": {
    "Date.now": STANDS,
  },
  "test/cli/scripted-tenant.ts": {
    "Date.now": CLAIMS,
  },
  "test/corpus/run-authorizer.ts": {
    setTimeout: AGAIN,
  },
  "test/deployed/local-probe.ts": {
    "Date.now": STANDS,
  },
  "test/deployed/local-server.ts": {
    "Date.now": "the clock of a service that answers calls by hand",
  },
  "test/deployed/offline.ts": {
    "Date.now": START_LIMIT,
    setTimeout: AGAIN,
    "timers/promises": AGAIN,
  },
  "test/deployed/probe.cjs": {
    "Date.now": "a deployed function's clock",
  },
  "test/deployed/remote-probe.ts": {
    "Date.now": "a deployed API's clock",
    setTimeout: "waits as long as a deployed API's cache lasts",
    "timers/promises": "waits as long as a deployed API's cache lasts",
  },
  "test/e2e/migration.test.ts": {
    setTimeout: AGAIN,
    "timers/promises": AGAIN,
  },
  "test/e2e/revocation.test.ts": {
    setTimeout: "a new token is issued in a later second than the revocation, and a longer wait does no harm",
  },
  "test/e2e/start.test.ts": {
    setTimeout: "asks again until something has happened; a port that takes no connection does not answer",
    "timers/promises": AGAIN,
  },
  "test/e2e/visit.ts": {
    "new Date()": "the name of a screenshot",
  },
  "test/e2e/whoami.test.ts": {
    setTimeout: AGAIN,
    "timers/promises": AGAIN,
  },
  "test/examples/consumer.ts": {
    "Date.now": START_LIMIT,
    setTimeout: AGAIN,
    "timers/promises": AGAIN,
  },
  "test/fuzz/fuzz.ts": {
    "Date.now": "the seed of a run",
    "performance.now": "prints how long it took",
  },
  "test/fuzz/source-and-bundle.ts": {
    "Date.now": "replaces the clock by one that stands",
  },
  "test/http/client.test.ts": {
    "Date.now": "the present of a Retry-After, which is a number of seconds or long ago",
    setInterval: "an answer that drips on until the fetch's own limit, whenever that is",
  },
  "test/identity/reader/identity-from.test.ts": {
    "Date.now": CLAIMS,
  },
  "test/infra/monitoring.test.ts": {
    "Date.now": "a snapshot that is days old",
  },
  "test/local/legacy-sign-in.test.ts": {
    "Date.now": STANDS,
  },
  "test/made-once.ts": {
    setTimeout: AGAIN,
    "timers/promises": AGAIN,
  },
  "test/mutation/runner.mjs": {
    "performance.now": "how long a test took, of which Stryker makes a generous limit",
  },
  "test/revocation/dynamodb.test.ts": {
    "Date.now": "the time of a signature, which nothing checks",
  },
  "test/revocation/harness.ts": {
    "Date.now": STANDS,
  },
  "test/revocation/table.test.ts": {
    "Date.now": "the time of a signature, which holds for minutes",
    setTimeout: AGAIN,
  },
  "test/revocation/writers/lambda.test.ts": {
    "Date.now": CLAIMS,
  },
  "test/runtime/lambda-runtime.ts": {
    "Date.now": "a deadline that nothing obeys",
  },
  "test/soak/soak.ts": {
    "Date.now": CLAIMS,
    "performance.now": "a rate of requests is its subject",
    setInterval: "a rate of requests is its subject",
    setTimeout: "a rate of requests is its subject",
    "timers/promises": "a rate of requests is its subject",
  },
  "test/testing/revocation-table.test.ts": {
    "Date.now": STANDS,
  },
  "test/testing/tenant.test.ts": {
    "AbortSignal.timeout": "ends a wait for what never comes",
  },
  "test/token/keys/remote-key-set-errors.test.ts": {
    "Date.now": STANDS,
    setInterval: "an answer that drips on until a test ends the fetch",
    setTimeout: "a timer that does nothing",
  },
  "test/token/keys/unknown-key-fetches.test.ts": {
    "Date.now": STANDS,
  },
  "test/token/sandbox-process.ts": {
    setTimeout: "kills a process that does not end, after a minute",
  },
  "test/tools/pure-core.test.ts": {
    "Date.now": "the text of a file that ESLint refuses",
  },
  "test/token/sandbox.ts": {
    "Date.now": "a process that is frozen has the machine's clock",
  },
};

const USE =
  /\b(?:performance\.now|Date\.now|new Date\(\)|jest\.setTimeout|AbortSignal\.timeout|timers\/promises|setTimeout|setInterval)/g;

test("each use of the machine's clock and each timer is listed with its reason", () => {
  const files = ["examples", "test"]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => /\.(ts|cjs|mjs|js)$/.test(path) && !path.includes("node_modules/"));
  const used = files
    .filter((path) => path !== "test/timing.test.ts")
    .flatMap((path) => [...new Set(readFileSync(path, "utf8").match(USE))].map((use) => `${path}: ${use}`));
  const listed = Object.entries(REASONS).flatMap(([path, uses]) =>
    Object.keys(uses).map((use) => `${path}: ${use}`),
  );
  expect(used.sort()).toEqual(listed.sort());
});
