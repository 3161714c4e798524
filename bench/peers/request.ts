/** What the peers have in common: the part of an authorizer that no library does, as small as it can be. */

export interface Event {
  readonly headers: Readonly<Record<string, string>>;
  readonly routeArn: string;
  readonly requestContext: { readonly requestId: string };
}

export interface Claims {
  readonly [name: string]: unknown;
  readonly sub?: string | undefined;
}

export interface Answer {
  readonly principalId: string;
  readonly policyDocument: object;
  readonly context: object;
}

/** A library's verification. It throws where the token is not acceptable. */
export type Verify = (token: string) => Claims | Promise<Claims>;
export type Handler = (event: Event) => Promise<Answer>;

/** RFC 7517; all of an RSA key's members are strings. */
export type Jwk = Readonly<Record<"kty" | "kid" | "alg" | "use" | "n" | "e", string>>;

export const ISSUER = `https://${process.env["AUTH0_DOMAIN"] ?? ""}/`;
export const AUDIENCE = process.env["AUTH0_CLIENT_IDS"] ?? "";
export const JWKS_URI = `${ISSUER}.well-known/jwks.json`;

/**
 * Takes a token through the whole path while the function starts, as the product does with its own: here the
 * tenant's, so that no step is left out.
 */
export async function prime(verify: Verify): Promise<void> {
  const token = process.env["BENCH_PRIMING_TOKEN"];
  if (token === undefined) return;
  const event = {
    headers: { authorization: `Bearer ${token}` },
    routeArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default/GET/",
    requestContext: { requestId: "priming" },
  };
  const claims = await verify(bearerToken(event));
  lineOf(event, claims, 0);
  allow(event, claims);
}

/** The handler that a team writes around a library, its log line included where the product logs one. */
export function authorizer(verify: Verify): Handler {
  const silent = process.env["AUTHORIZER_LOG_LEVEL"] === "silent";
  return async (event) => {
    const startedAt = Date.now();
    const claims = await verify(bearerToken(event));
    if (!silent) process.stdout.write(lineOf(event, claims, Date.now() - startedAt));
    return allow(event, claims);
  };
}

function bearerToken({ headers }: Event): string {
  const token = /^Bearer (\S+)$/.exec(headers["authorization"] ?? "")?.[1];
  if (token === undefined) throw new Error("Unauthorized");
  return token;
}

function allow({ routeArn }: Event, { sub = "", email }: Claims): Answer {
  const Resource = `${routeArn.split("/", 2).join("/")}/*`;
  const Statement = [{ Effect: "Allow", Action: "execute-api:Invoke", Resource }];
  return { principalId: sub, policyDocument: { Version: "2012-10-17", Statement }, context: { sub, email } };
}

/** The product's line, field by field, so that the same bytes are written. */
function lineOf({ requestContext }: Event, { iss, aud }: Claims, durationMs: number): string {
  const time = Date.now();
  const line = {
    level: "info",
    time: new Date(time).toISOString(),
    function: "authorizer",
    event: "decision",
    decision: "allow",
    token_use: "id",
    iss,
    client_id: aud,
    gateway: "http-2.0",
    request_id: requestContext.requestId,
    key_set_age_seconds: 0,
    Decisions: 1,
    Duration: durationMs,
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [
        {
          Namespace: "Auth0Authorizer",
          Dimensions: [["function"], ["function", "decision"], ["function", "token_use", "client_id"]],
          Metrics: [
            { Name: "Decisions", Unit: "Count" },
            { Name: "Duration", Unit: "Milliseconds" },
          ],
        },
      ],
    },
  };
  return `${JSON.stringify(line)}\n`;
}
