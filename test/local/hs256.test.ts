import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { API_IDENTIFIER, applications } from "../../local/tenant/directory.ts";
import { signIn, type UserTokens } from "../../local/sign-in.ts";
import { settingsFor } from "../../local/stack.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { restApi } from "../../src/testing/gateway/rest-api.ts";
import { run } from "../cli/command.ts";

const { clientId, hs256Secret, redirectUris } = applications.hs256;
const WHERE_TO_SWITCH =
  "In the Auth0 application, under Advanced Settings, OAuth, switch the JSON Web Token signature algorithm to RS256.";

let tenant: Tenant;
let tokens: UserTokens;

beforeAll(async () => {
  tenant = await startLocalTenant();
  const { issuer, users } = tenant;
  const { email, password } = users.verified;
  const [redirectUri = ""] = redirectUris;
  tokens = await signIn({ issuer, clientId, redirectUri, email, password, audience: API_IDENTIFIER });
});
afterAll(() => tenant.close());

describe("an old application that signs with HS256", () => {
  test("gets an ID token that its secret verifies, without a key ID, as from Auth0", async () => {
    const { payload } = await jwtVerify(tokens.id_token, Buffer.from(hs256Secret), {
      issuer: tenant.issuer,
      audience: clientId,
      algorithms: ["HS256"],
    });
    expect(payload["email"]).toBe(tenant.users.verified.email);
    expect(decodeProtectedHeader(tokens.id_token)).toEqual({ alg: "HS256", typ: "JWT" });
  });

  test("is unauthorized with its ID token, and allowed with its access token, which the tenant signs", async () => {
    const reasons: unknown[] = [];
    const authorizer = createAuthorizer(settingsFromEnvironment({ ...settingsFor(tenant) }), {
      write: (line) => reasons.push((JSON.parse(line) as { reason?: string }).reason),
    });
    const api = restApi({ authorizer, type: "token", routes: { "GET /": () => ({ statusCode: 200 }) } });
    const status = async (token: string): Promise<number> =>
      (await api.fetch("/", { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await status(tokens.id_token), await status(tokens.access_token)]).toEqual([401, 200]);
    expect(reasons).toContain("unsupported_algorithm");
  });

  test.each([
    ["doctor", ["doctor", "-"]],
    ["explain", ["explain", "-"]],
  ])("is told by %s where to switch", async (_, args) => {
    const { output, exitCode } = await run(args, { env: settingsFor(tenant), input: tokens.id_token });
    expect(exitCode).toBe(1);
    expect(output.replaceAll(/\s+/g, " ")).toContain(WHERE_TO_SWITCH);
    expect(output).toContain("HS256");
  });

  test("is not called another team's by explain, which says what a token is only where it was looked at", async () => {
    const { issuer, users } = tenant;
    const explained = async (idToken: string): Promise<string | undefined> =>
      (await run(["explain", "-"], { env: settingsFor(tenant), input: idToken })).output.split("\n")[0];
    const { clientId, redirectUris: uris } = applications.foreign;
    const foreign = await signIn({ issuer, ...users.verified, clientId, redirectUri: uris[0] ?? "" });
    expect(await explained(tokens.id_token)).toBe("Rejected before the audience was checked.");
    expect(await explained(foreign.id_token)).toBe(
      "A token for none of the applications and APIs of these settings.",
    );
  });
});
