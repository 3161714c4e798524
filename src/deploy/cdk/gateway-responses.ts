import {
  GatewayResponse,
  ResponseType,
  type GatewayResponseOptions as CdkOptions,
  type IRestApi,
} from "aws-cdk-lib/aws-apigateway";

export interface GatewayResponseOptions {
  /**
   * The origin whose pages may read the answers: every one, by default. With several, an answer names the origin that
   * asked, whichever it is, because a gateway response cannot compare.
   */
  readonly corsOrigin?: string | readonly string[];
  /** Whether pages that send cookies may read them. Needs named origins, because browsers refuse `*` with these. */
  readonly corsCredentials?: boolean;
  /** Whether a rejected caller gets the reason, one of a closed set of words such as `email_not_verified`. */
  readonly reasonIn403?: boolean;
  /** Where agents find out which tenant to sign in to: `resource_metadata` of a 401 (RFC 9728 §5.1). */
  readonly resourceMetadata?: string;
}

/** About as long as the authorizer itself waits before it asks for keys again (RFC 9110 §10.2.3). */
const RETRY_AFTER_SECONDS = 5;

/** The answers of `infra/gateway-responses.yml`. CDK makes the deployment of the API wait for them. */
export function addGatewayResponses(api: IRestApi, options: GatewayResponseOptions): void {
  const { reasonIn403 = false, resourceMetadata } = options;
  const cors = getCorsHeaders(options);
  const reason = reasonIn403 ? ',"reason":"$context.authorizer.reason"' : "";
  const answer = (
    type: ResponseType,
    statusCode: string,
    body: string,
    [name, value]: Header,
  ): CdkOptions => ({
    type,
    statusCode,
    responseHeaders: {
      ...cors,
      "Access-Control-Expose-Headers": `'${name}'`,
      [name]: `'${value}'`,
    },
    templates: { "application/json": body },
  });
  const tryAgain = ["503", '{"message":"Try again"}', ["Retry-After", String(RETRY_AFTER_SECONDS)]] as const;
  // RFC 6750 §3: a challenge has no error code where no token was sent, which API Gateway cannot tell from a wrong one.
  const metadata = resourceMetadata === undefined ? "" : `, resource_metadata="${resourceMetadata}"`;
  const challenge = ["WWW-Authenticate", `Bearer realm="api"${metadata}`] as const;
  const forbidden = ["WWW-Authenticate", 'Bearer realm="api", error="insufficient_scope"'] as const;
  for (const [id, response] of Object.entries({
    Unauthorized: answer(ResponseType.UNAUTHORIZED, "401", '{"message":"Unauthorized"}', challenge),
    AccessDenied: answer(ResponseType.ACCESS_DENIED, "403", `{"message":"Forbidden"${reason}}`, forbidden),
    AuthorizerFailure: answer(ResponseType.AUTHORIZER_FAILURE, ...tryAgain),
    AuthorizerConfigurationError: answer(ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...tryAgain),
  }))
    new GatewayResponse(api, id, { restApi: api, ...response });
}

/** @throws Error where credentials are allowed to every origin */
function getCorsHeaders({
  corsOrigin = "*",
  corsCredentials = false,
}: GatewayResponseOptions): Record<string, string> {
  const origins = [corsOrigin].flat();
  if (corsCredentials && origins.includes("*"))
    throw new Error("corsCredentials needs corsOrigin: browsers refuse * together with credentials");
  const [only, ...others] = origins;
  return {
    ...(others.length === 0
      ? { "Access-Control-Allow-Origin": `'${only ?? "*"}'` }
      : { "Access-Control-Allow-Origin": "method.request.header.Origin", Vary: "'Origin'" }),
    ...(corsCredentials && { "Access-Control-Allow-Credentials": "'true'" }),
  };
}

type Header = readonly [name: string, value: string];
