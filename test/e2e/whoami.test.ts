import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { freePorts } from "../../local/ports.ts";
import { startStack, type Stack, type WhoamiUrls } from "../../local/stack.ts";
import { API_IDENTIFIER } from "../../local/tenant/directory.ts";
import { machineToken, signIn } from "../../local/sign-in.ts";
import { call, type Reply } from "./call.ts";

const ATTACHMENTS: readonly (keyof WhoamiUrls)[] = [
  "restToken",
  "restRequest",
  "httpPolicy",
  "httpSimple",
  "webSocket",
];
const LIFETIME_SECONDS = 3;
const lines: string[] = [];
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    ports: await freePorts(),
    tenant: { tokenLifetimeSeconds: LIFETIME_SECONDS },
    settings: { AUTHORIZER_CLOCK_TOLERANCE_SECONDS: "0" },
    onLine: (line) => lines.push(line),
  });
  // Each function starts at its first call, which may take longer than a token of this test lives.
  for (const attachment of ATTACHMENTS) await reach(attachment, "not.a.token");
});
afterAll(() => stack.stop());

/** The tokens that a user gets from a real sign-in to one of the applications. */
async function tokensOf(
  application: "spa" | "mobile" | "foreign",
  user: "verified" | "unverified" = "verified",
): Promise<{ id: string; access: string }> {
  const { clientId, redirectUris } = stack.tenant.applications[application];
  const { email, password } = stack.tenant.users[user];
  const [redirectUri = ""] = redirectUris;
  const { issuer } = stack.tenant;
  const tokens = await signIn({ issuer, clientId, redirectUri, email, password, audience: API_IDENTIFIER });
  return { id: tokens.id_token, access: tokens.access_token };
}

function reach(attachment: keyof WhoamiUrls, token?: string): Promise<Reply> {
  return call(attachment, stack.urls[attachment], token);
}

describe.each(ATTACHMENTS)("through %s", (attachment) => {
  test.each([
    ["an ID token of the single-page app", "spa", "id"],
    ["an access token of the single-page app", "spa", "access"],
    ["an ID token of the mobile app", "mobile", "id"],
    ["an access token of the mobile app", "mobile", "access"],
  ] as const)("%s tells the backend who calls", async (_, application, kind) => {
    const { [kind]: token } = await tokensOf(application);
    const { sub, email } = stack.tenant.users.verified;
    const { status, identity } = await reach(attachment, token);
    expect(status).toBe(200);
    expect(identity).toMatchObject({ subject: sub, email, emailVerified: true, tokenUse: kind });
    expect(identity).toMatchObject({
      issuer: stack.tenant.issuer,
      clientId: stack.tenant.applications[application].clientId,
    });
  });

  test("a request without a token does not reach the Lambda", async () => {
    const { status } = await reach(attachment);
    // API Gateway answers 401 to a WebSocket, too; serverless-offline makes every throw there a 500.
    expect(status).toBe(attachment === "webSocket" ? 500 : 401);
  });

  test("an ID token of another team's application is not allowed", async () => {
    const { id } = await tokensOf("foreign");
    await expectRefusal(attachment, id, "unknown_audience");
  });

  test("a user whose email is not verified is not allowed", async () => {
    const { access } = await tokensOf("spa", "unverified");
    await expectRefusal(attachment, access, "email_not_verified");
  });

  test("a machine is not allowed", async () => {
    const { clientId, clientSecret = "" } = stack.tenant.applications.machine;
    const { issuer } = stack.tenant;
    const { access_token } = await machineToken({ issuer, clientId, clientSecret, audience: API_IDENTIFIER });
    await expectRefusal(attachment, access_token, "machine_not_allowed");
  });

  test("a token whose claims were changed is not allowed", async () => {
    const { id } = await tokensOf("spa");
    await expectRefusal(attachment, tampered(id), "bad_signature");
  });
});

test("every gateway rejects a token that has expired", async () => {
  const { id, access } = await tokensOf("spa");
  await sleep(LIFETIME_SECONDS * 1000);
  for (const attachment of ATTACHMENTS) {
    await expectRefusal(attachment, id, "expired");
    await expectRefusal(attachment, access, "expired");
  }
});

/** serverless-offline does not tell apart all that API Gateway does, so the reason is read from the log. */
async function expectRefusal(attachment: keyof WhoamiUrls, token: string, reason: string): Promise<void> {
  lines.length = 0;
  const { status, identity } = await reach(attachment, token);
  expect(identity).toBeUndefined();
  expect(status).toBeGreaterThanOrEqual(401);
  expect(await loggedReason()).toBe(reason);
}

/** The log comes through a pipe of its own and may arrive after the answer. */
async function loggedReason(): Promise<unknown> {
  for (;;) {
    const line = lines.find((candidate) => candidate.includes('"event":"decision"'));
    if (line !== undefined) return (JSON.parse(line) as { reason?: string }).reason;
    await sleep(20);
  }
}

function tampered(token: string): string {
  const [header, payload = "", signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: "auth0|mallory" })).toString("base64url");
  return [header, changed, signature].join(".");
}
