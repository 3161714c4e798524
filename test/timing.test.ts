import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

/** The folders whose files read the machine's clock or start a timer, and why nothing they assert depends on its speed. */
const REASONS: Readonly<Record<string, string>> = {
  "examples/downstream-service/account.test.ts":
    "claims of tokens that live for an hour or more, or ended long ago",
  "examples/downstream-service/chat.test.ts": "one reading, from which on the clock stands or is moved",
  "examples/downstream-service/orders.test.ts": "one reading, from which on the clock stands or is moved",
  "examples/downstream-service/revoked.test.ts": "one reading, from which on the clock stands or is moved",
  "examples/verifier/appsync.test.ts": "claims of tokens that live for an hour or more, or ended long ago",
  "examples/verifier/appsync.ts": "the example's own clock",
  "examples/verifier/function-url.test.ts": "waits for longer than the back-off",
  "examples/verifier/renewed-chat.test.ts":
    "a connection outlives its token, on the machine's clock: to be given a clock",
  "test/authorizer/create-authorizer.test.ts": "one reading, from which on the clock stands or is moved",
  "test/cli/command.ts": "the default of a clock",
  "test/cli/doctor-survives.test.ts": "breaks an answer off once its beginning is on its way",
  "test/cli/doctor.test.ts": "a server's clock that is minutes off",
  "test/cli/explain.test.ts": "claims of tokens that live for an hour or more, or ended long ago",
  "test/cli/revoke.test.ts": "one reading, from which on the clock stands or is moved",
  "test/cli/scripted-tenant.ts": "claims of tokens that live for an hour or more, or ended long ago",
  "test/deployed/local-probe.ts": "one reading, from which on the clock stands or is moved",
  "test/deployed/local-server.ts": "one reading, from which on the clock stands or is moved",
  "test/deployed/offline.ts": "asks again until something has happened",
  "test/deployed/probe.cjs": "one reading, from which on the clock stands or is moved",
  "test/deployed/remote-probe.ts": "a deployed API's clock",
  "test/e2e/migration.test.ts": "asks again until something has happened",
  "test/e2e/revocation.test.ts": "waits for longer than the list's age",
  "test/e2e/start.test.ts": "asks again until something has happened",
  "test/e2e/whoami.test.ts": "asks again until something has happened",
  "test/examples/consumer.ts": "asks again until something has happened",
  "test/fuzz/fuzz.ts": "prints how long it took; the seed of a run",
  "test/infra/monitoring.test.ts": "one reading, from which on the clock stands or is moved",
  "test/local/legacy-sign-in.test.ts": "one reading, from which on the clock stands or is moved",
  "test/token/keys/remote-key-set-faults.test.ts":
    "one reading, from which on the clock stands or is moved; a process stays frozen for longer than a fetch may take",
  "test/token/sandbox-process.ts": "kills a process that does not end, after a minute",
  "test/token/sandbox.ts": "a process that is frozen has the machine's clock",
  "test/token/keys/unknown-key-fetches.test.ts": "one reading, from which on the clock stands or is moved",
  "test/identity/reader/identity-from.test.ts":
    "claims of tokens that live for an hour or more, or ended long ago",
  "test/http/client.test.ts": "an answer that drips on until the fetch's own limit",
  "test/revocation/doors.test.ts": "one reading, from which on the clock stands or is moved",
  "test/revocation/dynamodb.test.ts": "one reading, from which on the clock stands or is moved",
  "test/revocation/table.test.ts": "one reading, from which on the clock stands or is moved",
  "test/revocation/harness.ts": "asks again until something has happened",
  "test/fuzz/source-and-bundle.test.ts": "waits for a process of its own",
  "test/fuzz/source-and-bundle.ts": "replaces the clock by one that stands",
  "test/priming.test.ts": "claims of tokens that live for an hour or more",
  "test/runtime/lambda-runtime.ts": "a deadline that nothing obeys",
  "test/soak/soak.ts": "a rate of requests is its subject",
  "test/testing/revocation-table.test.ts": "one reading, from which on the clock stands or is moved",
  "test/revocation/writers/lambda.test.ts":
    "claims of tokens that live for an hour or more, or ended long ago",
};

const TIME = /\b(performance\.now|Date\.now|setTimeout|setInterval)\b|node:timers/;

test("each file that reads the machine's clock or starts a timer is listed with its reason", () => {
  const files = ["examples", "test"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  );
  const found = files.filter(
    (path) =>
      /\.(ts|cjs|mjs|js)$/.test(path) &&
      !path.includes("node_modules/") &&
      path !== "test/timing.test.ts" &&
      TIME.test(readFileSync(path, "utf8")),
  );
  expect(found.sort()).toEqual(Object.keys(REASONS).sort());
});
