import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";

const FIVE = ["agt_1", "agt_2", "agt_3", "agt_4", "web-application"] as const;
const OPTIONAL: Partial<Settings> = { emailPolicy: "optional" };
const AGENTS: Partial<Settings> = { ...OPTIONAL, allowAgents: true };

let tenant: FakeTenant;
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(() => tenant.close());

/** What a caller gets, what the backend sees of who it is, and what the log says. */
async function call(token: string, settings: Partial<Settings>) {
  const lines: string[] = [];
  const authorize = createAuthorizer(
    { ...tenant.settings, ...settings },
    { write: (line) => void lines.push(line) },
  );
  const { context = {} } = (await authorize(bearerEvent("rest-request", token))) as { context?: object };
  const { sub, principal_type, actor, actors } = context as Record<string, string>;
  const { decision, reason, detail, client_id, aud } = JSON.parse(lines.at(-1) ?? "") as Record<
    string,
    unknown
  >;
  return {
    identity: { sub, principal_type, actor, actors },
    log: { decision, reason, detail, client_id, aud },
  };
}

const credentials = (): string => tenant.agentToken({ clientId: "agent-client" });
const login = (): string => tenant.agentToken({ grant: "login", clientId: "agent-client", agent: "agt_1" });
const exchange = (): string =>
  tenant.agentToken({ grant: "on-behalf-of", clientId: "agent-client", agent: "agt_1" });
const chain = (): string =>
  tenant.agentToken({
    grant: "on-behalf-of",
    clientId: "agent-client",
    agent: FIVE[0],
    earlierActors: FIVE.slice(1),
  });
const unknown = (): string =>
  tenant.accessToken({ clientId: "agent-client", claims: { sub_profile: "robot" } });
const spaced = (): string =>
  tenant.agentToken({ grant: "login", clientId: "agent-client", agent: "agt_1 auth0|admin" });

const ALICE = "auth0|alice";
const user = { sub: ALICE, principal_type: undefined };

describe("outcome, identity and log line of a token of", () => {
  test.each<[string, () => string, Partial<Settings>, object, object]>([
    [
      "an agent in its own name",
      credentials,
      OPTIONAL,
      {},
      { decision: "deny", reason: "agent_not_allowed" },
    ],
    [
      "an agent in its own name, where machines are allowed",
      credentials,
      { ...OPTIONAL, allowMachines: true },
      {},
      { decision: "deny", reason: "agent_not_allowed" },
    ],
    [
      "an agent in its own name, where agents are allowed",
      credentials,
      AGENTS,
      { sub: "agt_1a2b3c", principal_type: "agent", actor: undefined, actors: undefined },
      { decision: "allow" },
    ],
    ["a login by an agent's client", login, AGENTS, {}, { decision: "deny", reason: "actor_not_allowed" }],
    [
      "a login by an agent's client, where that agent may act",
      login,
      { actors: ["agt_1"] },
      { ...user, actor: "agt_1", actors: "agt_1" },
      { decision: "allow" },
    ],
    ["an exchange on behalf of a user", exchange, {}, {}, { decision: "deny", reason: "actor_not_allowed" }],
    [
      "an exchange on behalf of a user, where another may act",
      exchange,
      { actors: ["web-application"] },
      {},
      { decision: "deny", reason: "actor_not_allowed" },
    ],
    [
      "an exchange on behalf of a user, where any may act",
      exchange,
      { actors: "any" },
      { ...user, actor: "agt_1", actors: "agt_1 web-application" },
      { decision: "allow" },
    ],
    [
      "five actors, the outermost of whom may act",
      chain,
      { actors: ["agt_1"] },
      { ...user, actor: "agt_1", actors: FIVE.join(" ") },
      { decision: "allow" },
    ],
    [
      "five actors, an inner one of whom may act",
      chain,
      { actors: ["agt_2"] },
      {},
      { decision: "deny", reason: "actor_not_allowed" },
    ],
    ["an unknown profile", unknown, AGENTS, {}, { decision: "deny", reason: "machine_not_allowed" }],
    [
      "an unknown profile, where machines are allowed",
      unknown,
      { ...OPTIONAL, allowMachines: true },
      { sub: ALICE, principal_type: "machine", actor: undefined, actors: undefined },
      { decision: "allow" },
    ],
    [
      "an actor with a space, who could pass for two",
      spaced,
      { actors: "any" },
      {},
      { decision: "deny", reason: "context_value_unsupported", detail: "actors" },
    ],
  ])("%s", async (_, token, settings, identity, log) => {
    const found = await call(token(), settings);
    expect(found.identity).toEqual({
      sub: undefined,
      principal_type: undefined,
      actor: undefined,
      actors: undefined,
      ...identity,
    });
    expect(found.log).toEqual({
      reason: undefined,
      detail: undefined,
      client_id: "agent-client",
      aud: tenant.settings.audiences[0],
      ...log,
    });
  });
});
