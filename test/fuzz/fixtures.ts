import { randomUUID } from "node:crypto";
import type { Settings } from "../../src/settings/settings.ts";
import { createSigningKey, type SigningKey } from "../../src/testing/signing-key.ts";
import {
  ACCESS_TOKEN,
  EMAIL_CLAIM,
  HEADER,
  ID_TOKEN,
  RFC9068_HEADER,
  RFC9068_TOKEN,
  signText,
} from "../tokens.ts";
import { CONTEXT_CLAIMS, PLAN_CLAIM, SECRET_CLAIM, USAGE_KEY_CLAIM } from "./custom-claims.ts";

/** What must never be in a log line or an error: the sentinels that every token of a campaign carries. */
export const SECRETS = [
  "alice.secret@example.com",
  "bob.secret@example.com",
  "secret-subject",
  SECRET_CLAIM,
] as const;

export const GATEWAYS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;

/** Settings of several teams. */
export const TEAMS: readonly Partial<Settings>[] = [
  { actors: "any", allowAgents: true, emailPolicy: "optional", usageKeyClaim: USAGE_KEY_CLAIM },
  { emailPolicy: "present", accessTokenProfile: "rfc9068", clockToleranceSeconds: 0 },
  {
    emailPolicy: "optional",
    allowMachines: true,
    organizations: ["org_1", "org_2"],
    usageKeyClaim: USAGE_KEY_CLAIM,
    clockToleranceSeconds: 60,
    actors: ["agent-1", "agent-3"],
  },
  {
    requiredPermissions: ["read:x"],
    httpApiResponse: "simple",
    policyEndsWithToken: false,
    emailPolicy: "present",
  },
  {
    emailPolicy: "optional",
    allowAnonymous: true,
    organizations: ["org_1", "acme-corp"],
    httpApiUnauthorized: "403",
  },
  { emailPolicy: "optional", allowMachines: true, contextClaims: CONTEXT_CLAIMS },
  {
    contextClaims: CONTEXT_CLAIMS,
    requiredClaims: { [PLAN_CLAIM]: ["pro", "7", "true"] },
    emailDomains: ["example.com"],
  },
];

type Members = Readonly<Record<string, unknown>>;

const ALICE = { sub: "auth0|secret-subject-a", email: SECRETS[0], email_verified: true };
const BOB = { sub: "google-oauth2|secret-subject-b", email: SECRETS[1], email_verified: true };
const namespaced = (user: typeof ALICE | typeof BOB): Members => ({
  sub: user.sub,
  [EMAIL_CLAIM]: user.email,
  [`${EMAIL_CLAIM}_verified`]: user.email_verified,
});

/** Headers and claims of tokens as Auth0 issues them: each gets in somewhere. */
export const TEMPLATES: readonly { readonly header: Members; readonly claims: Members }[] = [
  { header: HEADER, claims: { ...ID_TOKEN, ...ALICE, nonce: "n", [PLAN_CLAIM]: "pro" } },
  {
    header: HEADER,
    claims: {
      ...ACCESS_TOKEN,
      ...namespaced(ALICE),
      permissions: ["read:x"],
      org_id: "org_1",
      [PLAN_CLAIM]: ["pro"],
    },
  },
  {
    header: RFC9068_HEADER,
    claims: { ...RFC9068_TOKEN, ...namespaced(BOB), jti: randomUUID(), scope: "read:x" },
  },
  { header: HEADER, claims: { ...ID_TOKEN, ...BOB, org_id: "org_2", name: "Bob 😀", jti: "1" } },
  { header: HEADER, claims: { ...ACCESS_TOKEN, sub: "secret-subject@clients", gty: "client-credentials" } },
  { header: HEADER, claims: { ...ACCESS_TOKEN, sub: "anon@secret-subject", org_name: "acme-corp" } },
  {
    header: HEADER,
    claims: { ...ID_TOKEN, ...ALICE, sub: "samlp|acme|ACME\\secret-subject", org_id: "org_1" },
  },
];

/** The ground on which a campaign is fought: two published keys, one that is not, and tokens by the first. */
export interface Ground {
  readonly keys: readonly SigningKey[];
  readonly published: readonly SigningKey[];
  readonly tokens: readonly string[];
}

export function createGround(): Ground {
  const keys = ["key-1", "key-2", "key-3"].map((kid) => createSigningKey({ kid }));
  const tokens = TEMPLATES.map(({ header, claims }) =>
    signText(JSON.stringify(header), JSON.stringify(claims), at(keys, 0)),
  );
  return { keys, published: keys.slice(0, 2), tokens };
}

/** The item at an index of any size. */
export function at<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T;
}
