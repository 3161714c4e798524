import { AUDIENCE, CLIENT_ID, ISSUER, NOW } from "../tokens.ts";

/** What a reader is to make of an event. */
export interface GoldenCase {
  readonly name: string;
  /** The event's name among those of the same file. */
  readonly event: string;
  readonly options: GoldenOptions;
  readonly expected: { readonly identity: GoldenIdentity } | { readonly error: string };
}

interface GoldenOptions {
  /** Milliseconds since the epoch. */
  readonly now_ms: number;
  readonly clock_tolerance_seconds?: number;
  readonly issuers?: readonly string[];
  readonly claims?: Readonly<Record<string, string>>;
}

/** What the token does not say is left out. */
export interface GoldenIdentity {
  readonly subject: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly token_use: string;
  readonly issuer: string;
  readonly audience: string;
  readonly client_id?: string;
  /** Seconds since the epoch. */
  readonly expires_at: number;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly organization?: string;
  readonly organization_name?: string;
  readonly principal_type: string;
  readonly actor?: string;
  readonly actors: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

const EXP = NOW + 3600;
const ALIVE = { now_ms: NOW * 1000 };

const COMMON = {
  subject: "auth0|alice",
  token_use: "access",
  issuer: ISSUER,
  audience: AUDIENCE,
  expires_at: EXP,
  scopes: [],
  permissions: [],
  actors: [],
  principal_type: "user",
  claims: {},
};

const WHOLE: GoldenIdentity = {
  ...COMMON,
  email: "alice@example.com",
  email_verified: true,
  client_id: CLIENT_ID,
  scopes: ["openid", "email"],
  permissions: ["read:orders", "write:orders"],
  organization: "org_1",
  organization_name: "acme",
  actor: "agent@clients",
  actors: ["agent@clients", "auth0|bob"],
};

const DECLARED = {
  tenant_id: "string",
  motto: "string",
  level: "number",
  ratio: "number",
  beta: "boolean",
  teams: "list",
  roles: "list",
  scores: "json",
  plan: "json",
  unknown_to_the_token: "list",
};

const CLAIMS = {
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

/** A list in a list, so many times. */
export function nested(levels: number): unknown {
  return levels === 0 ? "innermost" : [nested(levels - 1)];
}

const COGNITO = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf";

const identity = (
  name: string,
  event: string,
  expected: GoldenIdentity,
  options: Partial<GoldenOptions> = {},
): GoldenCase => ({ name, event, options: { ...ALIVE, ...options }, expected: { identity: expected } });

const failing = (
  code: string,
  name: string,
  event: string,
  options: Partial<GoldenOptions> = {},
): GoldenCase => ({ name, event, options: { ...ALIVE, ...options }, expected: { error: code } });

const wrongType = (name: string, claims: Readonly<Record<string, string>>): GoldenCase =>
  failing("wrong_type", name, "whole", { claims });

const missing = (name: string, event: string): GoldenCase => failing("missing", name, event);

/** By the events that they read; a gateway has those whose event it has. */
export const CASES: readonly GoldenCase[] = [
  identity(
    "every key, and claims of every type",
    "whole",
    { ...WHOLE, claims: CLAIMS },
    { claims: DECLARED },
  ),
  identity("no claim that was not declared", "whole", WHOLE),
  identity(
    "words and lists as the text that they travel in",
    "whole",
    { ...WHOLE, claims: { teams: "red blue" } },
    { claims: { teams: "json" } },
  ),
  identity("an ID token, with an email that is not verified", "id-token", {
    ...COMMON,
    token_use: "id",
    audience: CLIENT_ID,
    email: "alice@example.com",
    email_verified: false,
    client_id: CLIENT_ID,
  }),
  identity("the least that a token can say", "minimal", COMMON),
  identity("a machine", "machine", {
    ...COMMON,
    subject: "WebApp@clients",
    principal_type: "machine",
    client_id: CLIENT_ID,
    scopes: ["openid", "email"],
  }),
  identity("an AI agent", "agent", {
    ...COMMON,
    subject: "agt_1",
    principal_type: "agent",
    client_id: CLIENT_ID,
    scopes: ["openid", "email"],
  }),
  identity("an anonymous visitor", "anonymous", {
    ...COMMON,
    subject: "anon@3f2a",
    principal_type: "anonymous",
    client_id: CLIENT_ID,
    scopes: ["openid", "email"],
  }),

  identity("until the end of the tolerance", "whole", WHOLE, { now_ms: (EXP + 5) * 1000 - 1 }),
  failing("expired", "from the end of the tolerance on", "whole", { now_ms: (EXP + 5) * 1000 }),
  identity("until the token's end, without a tolerance", "whole", WHOLE, {
    now_ms: EXP * 1000 - 1,
    clock_tolerance_seconds: 0,
  }),
  failing("expired", "from the token's end on, without a tolerance", "whole", {
    now_ms: EXP * 1000,
    clock_tolerance_seconds: 0,
  }),

  identity("of one of the issuers", "whole", WHOLE, { issuers: ["https://login.acme.com/", ISSUER] }),
  failing("wrong_issuer", "of another issuer", "whole", { issuers: ["https://login.acme.com/"] }),
  failing("wrong_issuer", "of an issuer that lacks its slash", "whole", { issuers: [ISSUER.slice(0, -1)] }),
  failing("wrong_issuer", "where no issuer is one's own", "whole", { issuers: [] }),
  failing("wrong_issuer", "of another issuer, and expired", "whole", {
    issuers: [],
    now_ms: (EXP + 5) * 1000,
  }),
  identity("of another team's authorizer, where issuers are not named", "cognito-claims", {
    ...COMMON,
    issuer: COGNITO,
    audience: "6bn2",
    client_id: "6bn2",
  }),
  failing("wrong_issuer", "of another team's authorizer, where issuers are named", "cognito-claims", {
    issuers: [ISSUER],
  }),

  wrongType("a text for a number", { tenant_id: "number" }),
  wrongType("a number for a flag", { level: "boolean" }),
  wrongType("a flag for a number", { beta: "number" }),
  wrongType("a list with spaces for a string", { roles: "string" }),
  wrongType("an object for a list", { plan: "list" }),
  wrongType("an object for a string", { plan: "string" }),
  wrongType("numbers for a list of texts", { scores: "list" }),
  wrongType("a text with quotes for a list", { motto: "list" }),

  identity(
    "a number and a flag that travel as JSON",
    "custom_claims-with-simple-values",
    { ...WHOLE, claims: { level: 7, beta: true } },
    { claims: { level: "number", beta: "boolean" } },
  ),
  failing("wrong_type", "a flag for a number, as JSON", "custom_claims-with-simple-values", {
    claims: { beta: "number" },
  }),
  failing("wrong_type", "a number for a text, as JSON", "custom_claims-with-simple-values", {
    claims: { level: "string" },
  }),

  identity("claims that are empty", "empty-claims", { ...COMMON, claims: {} }, { claims: DECLARED }),
  identity(
    "spaces at an end, half a character, and lists a hundred deep",
    "awkward-claims",
    {
      ...COMMON,
      client_id: CLIENT_ID,
      scopes: ["openid", "email"],
      claims: { tenant_id: " acme ", motto: "half: \ufffd, whole: \\ud83d", plan: nested(100) },
    },
    { claims: DECLARED },
  ),
  identity("until the year 9999", "last-exp", { ...WHOLE, expires_at: 253_402_300_799 }),
  failing("wrong_type", "a number with too many digits", "a-number-of-400-digits", {
    claims: { level: "number" },
  }),
  failing("wrong_type", "too large a number, as JSON", "custom_claims-with-too-large-a-number", {
    claims: { level: "number" },
  }),
  identity(
    "the claims beside too large a number",
    "custom_claims-with-too-large-a-number",
    { ...WHOLE, claims: { beta: true } },
    { claims: { beta: "boolean" } },
  ),

  missing("a name in another case", "name-in-another-case"),
  missing("an end after the year 9999", "late-exp"),
  missing("custom claims that are not UTF-8", "custom_claims-not-utf-8"),
  missing("custom claims with a digit too many", "custom_claims-with-a-digit-left"),
  missing("custom claims with NaN", "custom_claims-with-nan"),
  missing("custom claims with a sign in an escape", "custom_claims-with-a-signed-escape"),
  missing("a route without an authorizer", "unguarded"),
  missing("an authorizer that says nothing", "empty-context"),
  missing("an authorizer that says something else", "another-context"),
  missing("a principal that is not the subject", "another-principal"),
  missing("no subject", "without-sub"),
  missing("no issuer", "without-iss"),
  missing("no audience", "without-aud"),
  missing("no end", "without-exp"),
  missing("no kind of token", "without-token_use"),
  missing("an empty email", "empty-email"),
  missing("an unknown kind of token", "wrong-token_use"),
  missing("an end that is no number of seconds", "wrong-exp"),
  missing("a verification that is neither true nor false", "wrong-email_verified"),
  missing("an unknown kind of principal", "wrong-principal_type"),
  missing("custom claims that are not base64url", "custom_claims-not-base64url"),
  missing("custom claims that are not JSON", "custom_claims-not-json"),
  missing("custom claims that are a list", "custom_claims-a-list"),
];
