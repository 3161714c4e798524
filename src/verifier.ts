import { decodeUnverifiedJwt } from "./token/jwt.ts";
import { evaluateToken, type Evaluator, type Presentation } from "./authorizer/evaluate.ts";
import { createEvaluator } from "./authorizer/create-evaluator.ts";
import type { BackgroundEvent } from "./logging/events.ts";
import { parseBearer } from "./token/bearer.ts";
import type { KeySnapshot } from "./token/keys/remote-key-set.ts";
import { identityFrom, IdentityError } from "./identity/reader/identity-from.ts";
import type {
  CallerIdentity,
  EventBehindAuthorizer,
  IdentityContext,
} from "./identity/reader/identity-from.ts";
import type { ClaimTypes, NoClaims } from "./identity/reader/claim-types.ts";
import { AuthorizerError, getHint, isDenyReason, isErrorReason, type Reason } from "./errors.ts";
import { ConfigurationError } from "./settings/configuration-error.ts";
import {
  getVariable,
  settingsFrom,
  settingsFromEnvironment,
  type Settings,
  type SettingsOptions,
} from "./settings/settings.ts";

export { parseSnapshots } from "./token/keys/snapshot.ts";
export { ConfigurationError, IdentityError, settingsFromEnvironment };
export type { CallerIdentity, ClaimTypes, IdentityContext, KeySnapshot, Reason };

/** Who is allowed and how keys are cached. What only a gateway needs is left out, and so is the log: this writes none. */
export type VerifierSettings = Omit<
  Settings,
  | "httpApiResponse"
  | "httpApiUnauthorized"
  | "policyEndsWithToken"
  | "logLevel"
  | "webSocketTokenParameter"
  | "routePermissions"
  | "shared"
  | "usageKeyClaim"
>;

/** Settings as they are given in code: what is left out has its default, and one domain need not be a list. */
export type VerifierOptions = Pick<SettingsOptions, keyof VerifierSettings>;

/** A fetch of keys that failed, or a lookup of revocations that did. */
export type VerifierEvent = BackgroundEvent;

/** What a verifier takes from outside. Everything has the default that a server needs. */
export interface VerifierDependencies {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random?: () => number;
  /** Keys to begin with, by issuer: {@link parseSnapshots} of what `auth0-authorizer snapshot` wrote. */
  readonly snapshots?: ReadonlyMap<string, KeySnapshot>;
  /**
   * Fetches the text of the JWK Set at an address.
   *
   * @throws Error whose message may be logged
   */
  readonly fetch?: (jwksUri: string, timeoutMs: number) => Promise<string>;
  /** AWS's variables, for requests to the table of revocations: `process.env`, unless others are given. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with what goes wrong in the background; safe to log. */
  readonly onError?: (event: VerifierEvent) => void;
}

/** The caller, as `identityFrom` gives it behind the authorizer, so that the code behind can be the same. */
export interface VerifiedCaller<Types extends ClaimTypes = NoClaims> extends CallerIdentity<Types> {
  /** The same, flat and all strings, as the authorizer forwards it: AppSync's `resolverContext`, or a header's value. */
  readonly context: IdentityContext;
}

export interface VerifyOptions<Types extends ClaimTypes = NoClaims> {
  /** The types of claims of the setting `contextClaims`: `{ roles: "list", tenant_id: "string" }`. */
  readonly claims?: Types;
}

/**
 * Verifies a token and says whose it is.
 *
 * @throws VerificationError where there is no identity, or its bearer is denied
 * @throws IdentityError `wrong_type` where a claim is not of the type that `claims` declares
 */
export type VerifyToken = <const Types extends ClaimTypes = NoClaims>(
  token: string | undefined,
  options?: VerifyOptions<Types>,
) => Promise<VerifiedCaller<Types>>;

/**
 * Why a token was not allowed. The message is for the operator; a caller gets the status, at most the reason.
 *
 * - 401: no valid token. The client must get another one.
 * - 403: a valid token of a caller who is denied. Another token would not help.
 * - 500: the token could not be checked, such as `keys_unavailable`. Answer 503 if you can, so that the client tries again.
 */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
  readonly reason: Reason;
  readonly status: 401 | 403 | 500;
  /** What is known beyond the reason, safe to log: the name of a claim or of a host, never a value of a token. */
  readonly detail: string | undefined;

  constructor(reason: Reason, detail?: string, options?: ErrorOptions) {
    super(`${detail === undefined ? reason : `${reason}: ${detail}`}. ${getHint(reason)}`, options);
    this.reason = reason;
    this.status = getStatus(reason);
    this.detail = detail;
  }
}

function getStatus(reason: Reason): VerificationError["status"] {
  if (isErrorReason(reason)) return 500;
  return isDenyReason(reason) ? 403 : 401;
}

/** No gateway: what API Gateway can forward is forwarded, so that this entry point accepts what the authorizer accepts. */
const NO_GATEWAY: Presentation = {
  kind: "http-2.0",
  route: undefined,
  stagePermissions: [],
  audiences: undefined,
};

/**
 * Makes a verifier and begins to fetch the tenant's keys. It goes the authorizer's own way from a token to an identity,
 * under the same settings, for entry points without an authorizer: a Function URL, AppSync, an open WebSocket, an MCP server.
 *
 * @example
 * const verify = createVerifier({ domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] });
 * const { email } = await verify(bearerToken(request.headers.authorization));
 *
 * @throws ConfigurationError with every issue at once; also for permissions by route and `shared`, because only API Gateway
 *   tells routes and stage variables
 */
export function createVerifier(
  options: VerifierOptions,
  dependencies: VerifierDependencies = {},
): VerifyToken {
  const settings = settingsFrom(options);
  checkWithoutGateway(settings);
  const evaluator = createEvaluator(settings, { onError: ignored, ...dependencies });
  return async (token, { claims } = {}) => {
    const context = await withVerificationError(() => getContext(token, evaluator));
    return {
      ...identityFrom(behindAuthorizer(context), { ...VERIFIED, ...(claims && { claims }) }),
      context,
    };
  };
}

/**
 * Rules about what only a gateway knows are configuration errors: without them, tokens would be accepted that they reject.
 *
 * @throws ConfigurationError
 */
function checkWithoutGateway({ routePermissions, shared }: Settings): void {
  const issues = [
    ...(Object.keys(routePermissions).length > 0
      ? [
          `routePermissions (${getVariable("routePermissions")}) needs the route that API Gateway matched, which a verifier ` +
            "does not have: leave it out here, and compare the caller's permissions where you know the route",
        ]
      : []),
    ...(shared
      ? [
          `shared (${getVariable("shared")}) needs the stage variables of an API, which a verifier does not have: leave it ` +
            "out here, and name the audiences that count in audiences and clientIds",
        ]
      : []),
  ];
  if (issues.length > 0) throw new ConfigurationError(issues);
}

function ignored(): void {
  // By default, events are dropped: every request that one concerns is rejected with its reason.
}

/** Until when the token is good was judged with the rest of it, to the fraction of a second. */
const VERIFIED = { now: 0 };

async function getContext(token: string | undefined, evaluator: Evaluator): Promise<IdentityContext> {
  if (typeof token !== "string" || token === "") throw new AuthorizerError("missing_token");
  if (/^bearer\s/i.test(token))
    throw new AuthorizerError(
      "malformed_token",
      "there is still a scheme before the token: use bearerToken()",
    );
  const decision = await evaluateToken(decodeUnverifiedJwt(token), NO_GATEWAY, evaluator);
  if (decision.outcome === "allow") return decision.context;
  throw new VerificationError(decision.reason, decision.detail);
}

/** As an API Gateway would put it, for the one reader of it. */
function behindAuthorizer(context: IdentityContext): EventBehindAuthorizer {
  return { requestContext: { authorizer: context } };
}

/**
 * The bearer token of an Authorization header (RFC 6750 §2.1).
 *
 * @param authorization undefined where the request has none; several, joined by commas, are not accepted
 * @throws VerificationError `missing_token`, `malformed_header` or `token_too_large`
 */
export function bearerToken(authorization: string | undefined): string {
  const headers = authorization === undefined ? [] : [authorization];
  try {
    return parseBearer({ headers, parameters: [], subprotocols: [] });
  } catch (error) {
    throw toVerificationError(error);
  }
}

async function withVerificationError<T>(verification: () => Promise<T>): Promise<T> {
  try {
    return await verification();
  } catch (error) {
    throw toVerificationError(error);
  }
}

function toVerificationError(error: unknown): unknown {
  return error instanceof AuthorizerError
    ? new VerificationError(error.code, error.detail, { cause: error })
    : error;
}
