import { describe, expect, test } from "@jest/globals";
import { checkNative } from "../../src/cli/doctor/native-authorizers.ts";
import { settingsFrom, type Settings } from "../../src/settings/settings.ts";

/** Access tokens of one API and nothing else asked for: what AWS's own authorizers are made for. */
const SIMPLE: Partial<Settings> = {
  domain: ["acme.eu.auth0.com"],
  audiences: ["https://api.acme.com"],
  emailPolicy: "optional",
  allowMachines: true,
  allowAnonymous: true,
};

function sentences(changes: Partial<Settings> = {}): readonly string[] {
  return checkNative(settingsFrom({ ...SIMPLE, ...changes })).map(({ what }) => what);
}

const ALL = "supports everything that these settings require";

describe("doctor says plainly that AWS's JWT authorizers are enough", () => {
  test.each([
    ["for access tokens of one API", {}],
    ["with one permission, which may be a scope", { requiredPermissions: ["read:orders"] }],
    ["with claims for the backend, which it forwards", { contextClaims: { plan: "https://acme.com/plan" } }],
    [
      "for ID tokens alone, whoever they are of",
      { audiences: [], clientIds: ["WebApp"], allowMachines: false, allowAnonymous: false },
    ],
  ])("%s", (_, changes) => {
    const [http, rest] = sentences(changes);
    expect(http).toBe(`the JWT authorizer that AWS has for HTTP APIs ${ALL}`);
    expect(rest).toBe(`the JWT authorizer that AWS has for REST APIs ${ALL}`);
  });
});

describe("doctor names what they would not keep", () => {
  test.each<[Partial<Settings>, string, string]>([
    [
      { domain: ["acme.eu.auth0.com", "login.acme.com"] },
      "cannot do what these settings require: AUTH0_DOMAIN",
      ALL,
    ],
    [
      { clientIds: ["WebApp"] },
      "cannot do what these settings require: AUTH0_CLIENT_IDS",
      "AWS does not say: AUTH0_CLIENT_IDS",
    ],
    [
      { emailPolicy: "verified", emailClaim: "email", allowMachines: false, allowAnonymous: false },
      "cannot do what these settings require: AUTHORIZER_EMAIL_POLICY, AUTHORIZER_ALLOW_MACHINES, AUTHORIZER_ALLOW_ANONYMOUS",
      "AUTHORIZER_ALLOW_MACHINES, AUTHORIZER_ALLOW_ANONYMOUS; it may not support these, AWS does not say: AUTHORIZER_EMAIL_POLICY",
    ],
    [
      { organizations: ["org_1"] },
      "cannot do what these settings require: AUTH0_ORGANIZATIONS",
      "AWS does not say: AUTH0_ORGANIZATIONS",
    ],
    [
      { requiredClaims: { plan: ["pro"] } },
      "cannot do what these settings require: AUTH0_REQUIRED_CLAIMS",
      "AWS does not say: AUTH0_REQUIRED_CLAIMS",
    ],
    [
      { requiredPermissions: ["read:orders", "write:orders"] },
      "cannot do what these settings require: AUTH0_REQUIRED_PERMISSIONS",
      "cannot do what these settings require: AUTH0_REQUIRED_PERMISSIONS",
    ],
    [
      { revocationTable: "revocations" },
      "cannot do what these settings require: REVOCATION_TABLE",
      "cannot do what these settings require: REVOCATION_TABLE",
    ],
    [
      { accessTokenProfile: "rfc9068" },
      "cannot do what these settings require: AUTH0_ACCESS_TOKEN_PROFILE",
      "AWS does not say: AUTH0_ACCESS_TOKEN_PROFILE",
    ],
  ])("%j", (changes, onHttp, onRest) => {
    const [http, rest] = sentences(changes);
    expect(http).toMatch(new RegExp(`${onHttp}$`));
    expect(rest).toMatch(new RegExp(`${onRest}$`));
  });
});

test("doctor says of a setting that is not set that it has its default", () => {
  const settings = settingsFrom({
    ...SIMPLE,
    emailPolicy: "verified",
    emailClaim: "email",
    allowMachines: false,
    allowAnonymous: false,
  });
  const named = (env: NodeJS.ProcessEnv): string => checkNative(settings, env)[0]?.what ?? "";
  expect(named({ AUTHORIZER_EMAIL_POLICY: "verified" })).toMatch(
    /: AUTHORIZER_EMAIL_POLICY, AUTHORIZER_ALLOW_MACHINES \(its default\)/,
  );
  expect(named({ AUTHORIZER_EMAIL_POLICY: " ", AUTHORIZER_ALLOW_MACHINES: "false" })).toMatch(
    /: AUTHORIZER_EMAIL_POLICY \(its default\), AUTHORIZER_ALLOW_MACHINES[,;]?/,
  );
});
