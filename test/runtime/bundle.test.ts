import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { GatewayKind } from "../../src/apigateway/gateways.ts";
import { identityFrom, type EventBehindAuthorizer } from "../../src/identity/reader/identity-from.ts";
import {
  bearerEvent,
  httpApi,
  restApi,
  startFakeTenant,
  webSocketApi,
  type FakeTenant,
} from "../../src/testing/index.ts";
import { LambdaRuntime, nodeBinary } from "./lambda-runtime.ts";

const KINDS: readonly GatewayKind[] = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"];

let tenant: FakeTenant;
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(() => tenant.close());

function environment(extra: Record<string, string> = {}): Record<string, string> {
  const { domain, clientIds, audiences, emailClaim } = tenant.settings;
  return {
    AUTH0_DOMAIN: domain.join(),
    AUTH0_CLIENT_IDS: clientIds.join(),
    AUTH0_AUDIENCES: audiences.join(),
    AUTH0_EMAIL_CLAIM: emailClaim,
    ...extra,
  };
}

const whoami = (event: EventBehindAuthorizer) => ({ statusCode: 200, body: identityFrom(event).email });

/** What a client gets through a gateway of that kind, with the bundle as its authorizer. */
async function through(kind: GatewayKind, runtime: LambdaRuntime, token: string): Promise<[number, string]> {
  const authorizer = (event: object) => runtime.invoke(event);
  if (kind === "websocket") {
    const api = webSocketApi({ authorizer, routes: { $default: whoami } });
    return api.connect(`?access_token=${token}`).then(
      async (connection) => [200, ((await connection.send("who am I?")) as { body: string }).body],
      (error: unknown) => [(error as { status: number }).status, ""],
    );
  }
  const options = { authorizer, routes: { "GET /whoami": whoami } };
  const api = kind.startsWith("rest")
    ? restApi({ ...options, type: kind === "rest-token" ? "token" : "request" })
    : httpApi({ ...options, authorizerPayload: kind === "http-1.0" ? "1.0" : "2.0" });
  const response = await api.fetch("/whoami", { headers: { Authorization: `Bearer ${token}` } });
  return [response.status, response.ok ? await response.text() : ""];
}

for (const version of [22, 24] as const) {
  const node = nodeBinary(version);
  const describeWhereFound = node === undefined ? describe.skip : describe;

  describeWhereFound(`the bundle in Lambda's runtime client, on Node.js ${version}`, () => {
    let runtime: LambdaRuntime;
    const start = (extra?: Record<string, string>) => LambdaRuntime.start(node ?? "", environment(extra));
    beforeAll(async () => {
      runtime = await start();
    });
    afterAll(() => runtime.stop());

    it.each(KINDS)("allows a caller through %s, with either type of token", async (kind) => {
      for (const token of [tenant.idToken(), tenant.accessToken()]) {
        expect(await through(kind, runtime, token)).toEqual([200, "alice@example.com"]);
      }
    });

    it.each(KINDS)("rejects a forged token through %s", async (kind) => {
      const forged = `${tenant.idToken().slice(0, -20)}${"A".repeat(20)}`;
      expect(await through(kind, runtime, forged)).toEqual([401, ""]);
    });

    it.each(KINDS)("refuses a caller without an email through %s", async (kind) => {
      const token = tenant.idToken({ user: { sub: "auth0|bob" } });
      expect(await through(kind, runtime, token)).toEqual([403, ""]);
    });

    it("fails at an unknown event, with a message that no gateway takes for a 401", async () => {
      await expect(runtime.invoke({ Records: [] })).rejects.toThrow("unsupported_event");
    });

    it("prints one line of JSON for each decision, without the token", async () => {
      const before = runtime.output.length;
      const token = tenant.idToken();
      await runtime.invoke(bearerEvent("http-2.0", token));
      const line = runtime.output.slice(before);
      expect(JSON.parse(line)).toMatchObject({
        decision: "allow",
        gateway: "http-2.0",
        function: "authorizer",
      });
      expect(line).not.toContain(token);
    });

    it("answers simple responses where told to", async () => {
      const simple = await start({ AUTHORIZER_HTTP_API_RESPONSE: "simple" });
      try {
        const answer = await simple.invoke(bearerEvent("http-2.0", tenant.idToken()));
        expect(answer).toMatchObject({ isAuthorized: true, context: { email: "alice@example.com" } });
      } finally {
        await simple.stop();
      }
    });

    it("does not start with an error in its configuration, and says all of them", async () => {
      const broken = await start({ AUTH0_DOMAIN: "", AUTHORIZER_EMAIL_POLICY: "maybe" });
      try {
        await expect(broken.invoke({})).rejects.toThrow(
          /2 issues(?=[^]*AUTH0_DOMAIN)(?=[^]*AUTHORIZER_EMAIL_POLICY)/,
        );
      } finally {
        await broken.stop();
      }
    });
  });
}
