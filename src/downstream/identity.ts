import type { IdentityContext } from "../apigateway/context.ts";

/** The caller, as the authorizer vouches for them. */
export interface CallerIdentity {
  /** The user's identifier at the issuer. Together with `issuer` this is what to keep; an e-mail can change hands. */
  readonly subject: string;
  readonly email: string | undefined;
  /** Undefined where the token does not say. */
  readonly emailVerified: boolean | undefined;
  readonly tokenUse: "id" | "access";
  readonly issuer: string;
  readonly clientId: string | undefined;
  readonly expiresAt: Date;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly organization: string | undefined;
}

export interface IdentityFromOptions {
  /** Milliseconds since the epoch. */
  readonly now?: number;
  /** The authorizer's own tolerance: a token that it just accepted is not refused here. */
  readonly clockToleranceSeconds?: number;
}

/** No authorizer vouched for the caller, or no longer. The event came by a way that must not exist: answer 500. */
export class MissingIdentityError extends Error {
  override readonly name = "MissingIdentityError";
}

/**
 * The caller's identity from an event behind the authorizer: REST, HTTP (payload 1.0 and 2.0) or WebSocket. It
 * reads nothing but what the authorizer wrote: neither a header nor a decoded token.
 *
 * @example
 * export const handler = async (event: APIGatewayProxyEvent) => {
 *   const { email } = identityFrom(event);
 *   return { statusCode: 200, body: `Hello ${email}` };
 * };
 *
 * @throws MissingIdentityError where the route has no authorizer, or the identity is past its end
 */
export function identityFrom(event: unknown, options: IdentityFromOptions = {}): CallerIdentity {
  const { now = Date.now(), clockToleranceSeconds = 5 } = options;
  const context = identityContext(event);
  const expiresAt = new Date(Number(context.exp) * 1000);
  if (now >= expiresAt.getTime() + clockToleranceSeconds * 1000) {
    throw new MissingIdentityError("The identity is past the end of the caller's token.");
  }
  return callerIdentity(context, expiresAt);
}

function callerIdentity(context: IdentityContext, expiresAt: Date): CallerIdentity {
  return {
    subject: context.sub,
    email: context.email,
    emailVerified: context.email_verified === undefined ? undefined : context.email_verified === "true",
    tokenUse: context.token_use,
    issuer: context.iss,
    clientId: context.client_id,
    expiresAt,
    scopes: words(context.scope),
    permissions: words(context.permissions),
    organization: context.org_id,
  };
}

/** HTTP APIs with payload 2.0 put it under `lambda`, the others straight into `authorizer`. */
function identityContext(event: unknown): IdentityContext {
  const authorizer = property(property(event, "requestContext"), "authorizer");
  const context = property(authorizer, "lambda") ?? authorizer;
  if (!isIdentityContext(context)) {
    throw new MissingIdentityError("The event has no identity. Attach the authorizer to this route.");
  }
  return context;
}

function isIdentityContext(context: unknown): context is IdentityContext {
  const use = property(context, "token_use");
  const exp = property(context, "exp");
  const isComplete = (use === "id" || use === "access") && typeof exp === "string" && /^\d+$/.test(exp);
  return isComplete && isText(property(context, "sub")) && isText(property(context, "iss"));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function words(text: string | undefined): readonly string[] {
  return text?.split(" ").filter(Boolean) ?? [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
