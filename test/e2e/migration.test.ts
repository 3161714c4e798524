import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import { freePorts } from "../../local/ports.ts";
import { startStack, type Stack } from "../../local/stack.ts";
import { API_IDENTIFIER } from "../../local/tenant/directory.ts";
import { signIn } from "../../local/sign-in.ts";
import { call } from "./call.ts";

let stack: Stack;
let lines: string[];
afterEach(() => stack.stop());

/** A stage with these settings, as `serverless deploy` would make it. */
async function deploy(settings: Record<string, string> = {}): Promise<void> {
  lines = [];
  stack = await startStack({ ports: await freePorts(), settings, onLine: (line) => lines.push(line) });
}

type ApplicationName = "spa" | "mobile";

/** What an application gets from one sign-in: before and after its release, it sends one or the other to the API. */
async function signInTo(name: ApplicationName): Promise<{ id: string; access: string }> {
  const { clientId, redirectUris } = stack.tenant.applications[name];
  const { email, password } = stack.tenant.users.verified;
  const [redirectUri = ""] = redirectUris;
  const { issuer } = stack.tenant;
  const tokens = await signIn({ issuer, clientId, redirectUri, email, password, audience: API_IDENTIFIER });
  return { id: tokens.id_token, access: tokens.access_token };
}

interface Line {
  readonly decision?: string;
  readonly reason?: string;
  readonly token_use?: string;
  readonly client_id?: string;
  readonly Decisions?: number;
}

/** The decisions of the next calls, from the log: the lines come through a pipe of their own. */
async function decisions(count: number): Promise<Line[]> {
  const read = (): Line[] =>
    lines.filter((line) => line.startsWith('{"level":')).map((line) => JSON.parse(line) as Line);
  const found = (): Line[] => read().filter(({ Decisions }) => Decisions === 1);
  while (found().length < count) await sleep(50);
  const result = found();
  lines.length = 0;
  return result;
}

/** The metric to watch: `Decisions` where `token_use` is `id`, by `client_id`. */
function idTokensByApplication(log: readonly Line[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { token_use: use, client_id: id = "" } of log)
    if (use === "id") counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

describe("from ID tokens to access tokens", () => {
  test("both are accepted while the metric tells which application still sends ID tokens", async () => {
    await deploy();
    const { spa, mobile } = stack.tenant.applications;
    const web = await signInTo("spa");
    const phone = await signInTo("mobile");
    const send = (token: string): Promise<unknown> => call("restToken", stack.urls.restToken, token);
    const { sub: subject, email } = stack.tenant.users.verified;

    const before = await Promise.all([send(web.id), send(phone.id)]);
    expect(idTokensByApplication(await decisions(2))).toEqual({ [spa.clientId]: 1, [mobile.clientId]: 1 });

    const halfway = await Promise.all([send(web.access), send(phone.id)]);
    expect(idTokensByApplication(await decisions(2))).toEqual({ [mobile.clientId]: 1 });

    const after = await Promise.all([send(web.access), send(phone.access)]);
    expect(idTokensByApplication(await decisions(2))).toEqual({});

    for (const reply of [...before, ...halfway, ...after]) {
      expect(reply).toMatchObject({ status: 200, identity: { subject, email, emailVerified: true } });
    }
  });

  test("then ID tokens are switched off, and access tokens are still allowed", async () => {
    await deploy({ AUTH0_CLIENT_IDS: " ", AUTH0_ACCESS_TOKEN_PROFILE: "auth0" });
    const { id, access } = await signInTo("spa");
    const { email } = stack.tenant.users.verified;
    expect(await call("restToken", stack.urls.restToken, access)).toMatchObject({
      status: 200,
      identity: { email },
    });
    await decisions(1);
    // API Gateway answers 401; what serverless-offline answers to a throw is its own affair.
    expect(await call("restToken", stack.urls.restToken, id)).toMatchObject({ identity: undefined });
    expect(await decisions(1)).toMatchObject([{ decision: "unauthorized", reason: "unknown_audience" }]);
  });
});
