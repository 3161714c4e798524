import type { AuthorizerResponse } from "../../src/authorizer/response.ts";
import { createSigningKey, type SigningKey } from "../../src/testing/signing-key.ts";
import { ACCESS_TOKEN, changed, EMAIL_CLAIM, HEADER, ID_TOKEN, signText } from "../tokens.ts";
import { underTest } from "../authorizer-harness.ts";
import { nested } from "./cases.ts";
import { GATEWAYS, UNGUARDED, type Authorizers, type GatewayName } from "./gateways.ts";

/** The claims of AUTH0_CONTEXT_CLAIMS, by their name in the context: one of each type, and the awkward ones. */
const OWN_CLAIMS = {
  tenant_id: "acme-42",
  motto: 'say "hello", C:\\temp, Bücher 😀, \u0007',
  level: 7,
  ratio: -1.5,
  beta: true,
  teams: ["red", "blue"],
  roles: ["editor", "content editor"],
  scores: [1, 2.5],
  plan: { name: "pro", seats: 3, tags: [null, "new"] },
};
const claimName = (name: string): string => `https://acme.com/${name}`;
const CONTEXT_CLAIMS = Object.fromEntries(Object.keys(OWN_CLAIMS).map((name) => [name, claimName(name)]));

/** Claims of tokens, whose identities the authorizer forwards. */
const TOKENS = {
  whole: changed(ACCESS_TOKEN, {
    [EMAIL_CLAIM]: "alice@example.com",
    [`${EMAIL_CLAIM}_verified`]: true,
    permissions: ["read:orders", "write:orders"],
    org_id: "org_1",
    org_name: "acme",
    act: { sub: "agent@clients", act: { sub: "auth0|bob" } },
    ...Object.fromEntries(Object.entries(OWN_CLAIMS).map(([name, value]) => [claimName(name), value])),
  }),
  "id-token": changed(ID_TOKEN, { email: "alice@example.com", email_verified: false }),
  "empty-claims": changed(ACCESS_TOKEN, {
    ...{ azp: "", scope: "", org_id: "", org_name: "", [EMAIL_CLAIM]: "", [claimName("motto")]: "" },
  }),
  "awkward-claims": changed(ACCESS_TOKEN, {
    ...{ [claimName("tenant_id")]: " acme ", [claimName("motto")]: "half: \ud83d, whole: \\ud83d" },
    [claimName("plan")]: nested(100),
  }),
  minimal: changed(ACCESS_TOKEN, { azp: undefined, scope: undefined }),
  machine: changed(ACCESS_TOKEN, { sub: "WebApp@clients", gty: "client-credentials" }),
  agent: changed(ACCESS_TOKEN, { sub: "agt_1", sub_profile: "ai_agent", client_profile: "service ai_agent" }),
  anonymous: changed(ACCESS_TOKEN, { sub: "anon@3f2a" }),
};

type Context = Readonly<Record<string, string | undefined>>;

/** What an authorizer in the place of ours says instead, given what ours would say. */
const OTHER_ANSWERS: Readonly<Record<string, (context: Context) => Context>> = {
  "without-sub": (context) => ({ ...context, sub: undefined }),
  "without-iss": (context) => ({ ...context, iss: undefined }),
  "without-aud": (context) => ({ ...context, aud: undefined }),
  "without-exp": (context) => ({ ...context, exp: undefined }),
  "without-token_use": (context) => ({ ...context, token_use: undefined }),
  "empty-email": (context) => ({ ...context, email: "" }),
  "wrong-token_use": (context) => ({ ...context, token_use: "refresh" }),
  "wrong-exp": (context) => ({ ...context, exp: "1e12" }),
  "last-exp": (context) => ({ ...context, exp: "253402300799" }),
  "late-exp": (context) => ({ ...context, exp: "253402300800" }),
  "wrong-email_verified": (context) => ({ ...context, email_verified: "yes" }),
  "wrong-principal_type": (context) => ({ ...context, principal_type: "robot" }),
  "custom_claims-not-base64url": (context) => ({ ...context, custom_claims: "{}" }),
  "custom_claims-not-json": (context) => ({ ...context, custom_claims: base64url("not JSON") }),
  "custom_claims-a-list": (context) => ({ ...context, custom_claims: base64url("[]") }),
  "custom_claims-with-simple-values": customClaims('{"level":7,"beta":true}'),
  "custom_claims-not-utf-8": customClaims(Buffer.from('{"level":"\xff"}', "latin1")),
  "custom_claims-with-a-digit-left": (context) => ({ ...context, custom_claims: `${base64url("{} ")}A` }),
  "custom_claims-with-nan": customClaims('{"level":NaN}'),
  "custom_claims-with-a-signed-escape": customClaims('{"tenant_id":"\\u+041"}'),
  "custom_claims-with-too-large-a-number": customClaims('{"level":1e999,"beta":true}'),
  "a-number-of-400-digits": (context) => ({ ...context, level: "9".repeat(400) }),
  "another-context": () => ({ userId: "7" }),
  "empty-context": () => ({}),
  "cognito-claims": ({ exp }) => ({
    sub: "auth0|alice",
    iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
    token_use: "access",
    aud: "6bn2",
    client_id: "6bn2",
    exp,
  }),
};

/** With these custom claims as JSON, and without the keys of their own that the same claims had. */
function customClaims(json: string | Buffer): (context: Context) => Context {
  return (context) => ({
    ...context,
    ...{ level: undefined, beta: undefined, tenant_id: undefined, custom_claims: base64url(json) },
  });
}

/** Gateways whose Lambdas see the principal of the policy. */
const SHOWS_PRINCIPAL = /^(?:rest|websocket)/;

/** Every event behind a gateway, by name: written by the emulator, with the token and all random names replaced. */
export async function eventsBehind(gateway: GatewayName): Promise<Readonly<Record<string, object>>> {
  const key = createSigningKey({ kid: "key-1" });
  const events: Record<string, object> = {};
  for (const [name, claims] of Object.entries(TOKENS)) {
    events[name] = await eventBehind(gateway, ourAuthorizers(key), tokenOf(claims, key));
  }
  const whole = tokenOf(TOKENS.whole, key);
  const unguarded = await UNGUARDED[gateway]?.();
  if (unguarded !== undefined) events["unguarded"] = reproducible(unguarded, whole);
  for (const [name, answer] of Object.entries(OTHER_ANSWERS)) {
    const others = changedAuthorizers(key, (given) => ({
      ...given,
      context: answer(given.context),
    }));
    events[name] = await eventBehind(gateway, others, whole);
  }
  events["name-in-another-case"] = withNameInAnotherCase(events["whole"]);
  if (SHOWS_PRINCIPAL.test(gateway)) {
    const others = changedAuthorizers(key, (given) => ({ ...given, principalId: "auth0|mallory" }));
    events["another-principal"] = await eventBehind(gateway, others, whole);
  }
  return events;
}

function withNameInAnotherCase(event: object | undefined): object {
  const { requestContext } = event as { requestContext: { authorizer: object } };
  const { authorizer, ...rest } = requestContext;
  return { ...event, requestContext: { ...rest, Authorizer: authorizer } };
}

async function eventBehind(gateway: GatewayName, authorizers: Authorizers, token: string): Promise<object> {
  return reproducible(await GATEWAYS[gateway](authorizers, token), token);
}

function ourAuthorizers(key: SigningKey): Authorizers {
  const settings = {
    contextClaims: CONTEXT_CLAIMS,
    emailPolicy: "optional",
    allowMachines: true,
    allowAgents: true,
    actors: "any",
    allowAnonymous: true,
  } as const;
  return {
    policy: underTest([key], settings).authorize,
    simple: underTest([key], { ...settings, httpApiResponse: "simple" }).authorize,
  };
}

function changedAuthorizers(key: SigningKey, change: (response: AuthorizerResponse) => object): Authorizers {
  const { policy, simple } = ourAuthorizers(key) as Record<
    keyof Authorizers,
    (event: unknown) => Promise<AuthorizerResponse>
  >;
  return {
    policy: async (event) => change(await policy(event)),
    simple: async (event) => change(await simple(event)),
  };
}

function tokenOf(claims: object, key: SigningKey): string {
  return signText(JSON.stringify(HEADER), JSON.stringify(claims), key);
}

const STABLE_IDS: Readonly<Record<string, string>> = {
  requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  extendedRequestId: "JTB0CGdnIAMFz2wxYmQ=",
  connectionId: "L0SM9cOFvHcCIhw=",
};

function reproducible(event: object, token: string): object {
  const text = JSON.stringify(event, (key, value: unknown) => STABLE_IDS[key] ?? value);
  return JSON.parse(text.replaceAll(token, "TOKEN")) as object;
}

function base64url(text: string | Buffer): string {
  return Buffer.from(text).toString("base64url");
}
