import type { NameAlwaysThere } from "../../settings/context-names.ts";
import type { ContextKey, IdentityContext } from "../context.ts";
import { customClaim, otherClaims } from "./claim-types.ts";
import type { ClaimTypes, CustomClaims, NoClaims } from "./claim-types.ts";

export type { ClaimTypes, CustomClaims, IdentityContext };

/** Any event behind the authorizer: of a REST, HTTP (payload 1.0 or 2.0) or WebSocket API. */
export interface EventBehindAuthorizer {
  readonly requestContext: object;
}

/** The caller, as the authorizer verified them. */
export interface CallerIdentity<Types extends ClaimTypes = NoClaims> {
  /** The user's identifier at the issuer. Together with `issuer` this is what to keep; an email can change hands. */
  readonly subject: string;
  readonly email: string | undefined;
  /** Undefined where the token does not say. */
  readonly emailVerified: boolean | undefined;
  readonly tokenUse: "id" | "access";
  readonly issuer: string;
  /** The API identifier, or for an ID token the client ID, that the token was accepted for. */
  readonly audience: string;
  readonly clientId: string | undefined;
  readonly expiresAt: Date;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly organization: string | undefined;
  /** Undefined where the tenant does not add names to tokens. */
  readonly organizationName: string | undefined;
  /** Machines, agents and anonymous sessions are allowed only where the authorizer is set to allow them. */
  readonly principalType: "user" | "agent" | "machine" | "anonymous";
  /** The subject that acts for the user now, in a delegated token (RFC 8693 §4.1). */
  readonly actor: string | undefined;
  /** The subjects of all who act for the user, the current one first; empty for a token that is not delegated. */
  readonly actors: readonly string[];
  /** Custom claims, as declared in the option `claims`. */
  readonly claims: CustomClaims<Types>;
}

export interface IdentityFromOptions<Types extends ClaimTypes = NoClaims> {
  /** The types of claims of AUTH0_CONTEXT_CLAIMS: `{ roles: "list", tenant_id: "string" }`. */
  readonly claims?: Types;
  /** Milliseconds since the epoch. */
  readonly now?: number;
  /** The authorizer's own tolerance: a token that it just accepted is not expired here. */
  readonly clockToleranceSeconds?: number;
  /**
   * The issuers that identities may be of, exactly as in the tokens: `https://acme.eu.auth0.com/`, with the slash.
   * Without it any issuer will do, also that of another team's authorizer which forwards the same names.
   */
  readonly issuers?: readonly string[];
}

/**
 * There is no verified identity, or it is no longer valid.
 *
 * - `missing`: the event did not pass the authorizer: its route has none. Answer 500.
 * - `wrong_issuer`: the identity is of another issuer than `issuers` names. Answer 500.
 * - `wrong_type`: a claim is not of the type that `claims` declares. Answer 500.
 * - `expired`: a WebSocket connection, or a cached simple answer, outlived the token. Ask the client for a new token.
 */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly code: IdentityErrorCode;

  /** @param claim the name of the claim whose type is wrong */
  constructor(code: IdentityErrorCode, claim?: string) {
    super(claim === undefined ? MESSAGES[code] : `${claim}: ${MESSAGES[code]}`);
    this.code = code;
  }
}

type IdentityErrorCode = "missing" | "wrong_issuer" | "wrong_type" | "expired";

const MESSAGES: Readonly<Record<IdentityErrorCode, string>> = {
  missing: "The event has no identity. Attach the authorizer to this route.",
  wrong_issuer:
    "The identity is of another issuer than `issuers` names. Attach the right authorizer, or spell the issuer as the tokens do: https://DOMAIN/",
  wrong_type: "The claim is not of the type that `claims` declares. Compare what the tenant's Action writes.",
  expired: "The identity is past the end of the caller's token.",
};

/**
 * The caller's identity from an event behind the authorizer: REST, HTTP (payload 1.0 and 2.0) or WebSocket. It
 * reads nothing but what the authorizer wrote: neither a header nor a decoded token. Where an API may get another
 * authorizer too, name your tenant with `issuers`.
 *
 * @example
 * export const handler = async (event: APIGatewayProxyEvent) => {
 *   const { email } = identityFrom(event);
 *   return { statusCode: 200, body: `Hello ${email}` };
 * };
 *
 * @throws IdentityError
 */
export function identityFrom<const Types extends ClaimTypes = NoClaims>(
  event: EventBehindAuthorizer,
  options: IdentityFromOptions<Types> = {},
): CallerIdentity<Types> {
  const { now = Date.now(), clockToleranceSeconds = 5, issuers, claims = {} } = options;
  const context = identityContext(event);
  // A set: of a single string in place of the list, `includes` would take a part for the whole.
  if (issuers !== undefined && !new Set(issuers).has(context.iss)) throw new IdentityError("wrong_issuer");
  const expiresAt = new Date(Number(context.exp) * 1000);
  const isCurrent = now < expiresAt.getTime() + clockToleranceSeconds * 1000;
  if (!isCurrent) throw new IdentityError("expired");
  const declared = customClaims(context, claims) as CustomClaims<Types>;
  return { ...callerIdentity(context, expiresAt), claims: declared };
}

function customClaims(context: IdentityContext, types: ClaimTypes): Readonly<Record<string, unknown>> {
  const others = otherClaims(context.custom_claims);
  if (others === undefined) throw new IdentityError("missing");
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const own = property(context, name);
      const claim = customClaim(name, type, { text: typeof own === "string" ? own : undefined, others });
      if (claim === "wrong_type") throw new IdentityError("wrong_type", name);
      return [name, claim.value];
    }),
  );
}

function callerIdentity(context: IdentityContext, expiresAt: Date): Omit<CallerIdentity, "claims"> {
  return {
    subject: context.sub,
    email: context.email,
    emailVerified: context.email_verified === undefined ? undefined : context.email_verified === "true",
    tokenUse: context.token_use,
    issuer: context.iss,
    audience: context.aud,
    clientId: context.client_id,
    expiresAt,
    scopes: words(context.scope),
    permissions: words(context.permissions),
    organization: context.org_id,
    organizationName: context.org_name,
    principalType: context.principal_type ?? "user",
    actor: context.actor,
    actors: words(context.actors),
  };
}

/** HTTP APIs with payload 2.0 put it under `lambda`, the others straight into `authorizer`. */
function identityContext(event: unknown): IdentityContext {
  const authorizer = property(property(event, "requestContext"), "authorizer");
  const context = property(authorizer, "lambda") ?? authorizer;
  if (!isIdentityContext(context)) throw new IdentityError("missing");
  return context;
}

/** At least one character. */
const TEXT = /./s;
/** The end of the year 9999: not every language has a date for more. */
const LATEST_EXP = 253_402_300_799;

/** What each key must look like, and whether the authorizer always writes it. */
const SHAPE: {
  readonly [Key in ContextKey]: {
    readonly form: RegExp;
    readonly required: Key extends NameAlwaysThere ? true : false;
  };
} = {
  sub: { form: TEXT, required: true },
  iss: { form: TEXT, required: true },
  aud: { form: TEXT, required: true },
  token_use: { form: /^(?:id|access)$/, required: true },
  exp: { form: /^\d{1,12}$/, required: true },
  email: { form: TEXT, required: false },
  email_verified: { form: /^(?:true|false)$/, required: false },
  client_id: { form: TEXT, required: false },
  scope: { form: TEXT, required: false },
  permissions: { form: TEXT, required: false },
  org_id: { form: TEXT, required: false },
  org_name: { form: TEXT, required: false },
  actor: { form: TEXT, required: false },
  actors: { form: TEXT, required: false },
  custom_claims: { form: /^[\w-]+$/, required: false },
  principal_type: { form: /^(?:agent|machine|anonymous)$/, required: false },
};

/**
 * Whether it is whole, and about one caller: where a gateway adds the policy's principal, that is the subject.
 * serverless-offline invents a principal on routes without an authorizer.
 */
function isIdentityContext(context: unknown): context is IdentityContext {
  const isWhole = Object.entries(SHAPE).every(([name, { form, required }]) => {
    const value = property(context, name);
    return value === undefined ? !required : typeof value === "string" && form.test(value);
  });
  const principal = property(context, "principalId");
  const hasDate = Number(property(context, "exp")) <= LATEST_EXP;
  return isWhole && hasDate && (principal === undefined || principal === property(context, "sub"));
}

function words(text: string | undefined): readonly string[] {
  return text?.split(" ").filter(Boolean) ?? [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
