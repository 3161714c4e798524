import { expect, test } from "@jest/globals";
import { createEvaluator, createRevocations } from "../../src/authorizer/create-evaluator.ts";
import type { BackgroundEvent } from "../../src/logging/events.ts";
import { runtimeDefaults, settingsFrom, type Settings } from "../../src/settings/settings.ts";
import type { IdTokenClaims } from "../../src/token/claims.ts";
import { startRevocationTable } from "../../src/testing/revocation-table.ts";
import { CLIENT_ID, ID_TOKEN, ISSUER, NOW } from "../tokens.ts";

const CLAIMS: IdTokenClaims = {
  use: "id",
  issuer: ISSUER,
  subject: "auth0|alice",
  audience: CLIENT_ID,
  clientId: CLIENT_ID,
  issuedAt: NOW,
  expiresAt: NOW + 60,
  organization: undefined,
  actors: [],
  all: ID_TOKEN,
};

function toSettings(options: Partial<Settings>): Settings {
  const domain = [ISSUER.slice("https://".length, -1)];
  return settingsFrom({ domain, clientIds: [CLIENT_ID], ...options }, runtimeDefaults({}));
}

/** The check of revocations. Without an environment no region is known, so no table can be read. */
function createCheck(options: Partial<Settings>, env: NodeJS.ProcessEnv = {}) {
  const settings = toSettings(options);
  const events: BackgroundEvent[] = [];
  const onEvent = (event: BackgroundEvent): void => void events.push(event);
  const revocations = createRevocations(settings, {
    env,
    clock: () => NOW * 1000,
    random: () => 0,
    onEvent,
  });
  return { revocations, events };
}

test("without a table nothing is looked up", () => {
  expect(createCheck({}).revocations).toBeUndefined();
});

test("a table that cannot be read is an error with its cause, and is logged", async () => {
  const { revocations, events } = createCheck({ revocationTable: "revocations" });
  await expect(revocations?.check("a.b.c", CLAIMS)).rejects.toMatchObject({
    code: "revocations_unavailable",
    cause: expect.any(Error) as unknown,
  });
  expect(events).toMatchObject([{ event: "revocation_lookup_failed" }]);
});

test("a token is accepted while it is not in the table, and refused once it is", async () => {
  const table = await startRevocationTable({ clock: () => NOW * 1000 });
  const { revocations } = createCheck(table.settings, table.environment);
  await expect(revocations?.check("a.b.c", CLAIMS)).resolves.toBeUndefined();
  table.revokeUser("auth0|alice");
  const evaluator = createEvaluator(toSettings(table.settings), {
    env: table.environment,
    clock: () => NOW * 1000,
    fetch: () => Promise.reject(new Error("offline")),
    onError: () => undefined,
  });
  await expect(evaluator.revocations?.check("a.b.c", CLAIMS)).rejects.toThrow("revoked");
  await table.close();
});
