import { GatewayResponse, ResponseType, type IRestApi } from "aws-cdk-lib/aws-apigateway";
import { ALLOW_CREDENTIALS, findCredentialsIssue, SEVERAL_ORIGINS } from "../package/cors.ts";
import { instantiate } from "../package/instantiate.ts";
import { readTemplate } from "../package/templates.ts";

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

interface Definition {
  readonly ResponseType: string;
  readonly StatusCode: string;
  readonly ResponseParameters: Readonly<Record<string, string>>;
  readonly ResponseTemplates: Record<string, string>;
}

const HEADER = "gatewayresponse.header.";

/** The answers of the template that comes with the package. CDK makes the deployment of the API wait for them. */
export function addGatewayResponses(api: IRestApi, options: GatewayResponseOptions): void {
  const { reasonIn403 = false, resourceMetadata = "" } = options;
  const cors = getCorsHeaders(options);
  const values = {
    ApiGatewayRestApi: api.restApiId,
    ReasonIn403: String(reasonIn403),
    ResourceMetadata: resourceMetadata,
  };
  const { Resources } = instantiate(readTemplate(import.meta.dirname, "gateway-responses"), values);
  for (const [id, { Properties }] of Object.entries(Resources)) {
    const response = Properties as unknown as Definition;
    const headers = Object.entries(response.ResponseParameters).map(
      ([name, value]) => [name.slice(HEADER.length), value] as const,
    );
    new GatewayResponse(api, id.replace(/Response$/, ""), {
      restApi: api,
      type: ResponseType.of(response.ResponseType),
      statusCode: response.StatusCode,
      responseHeaders: { ...Object.fromEntries(headers), ...cors },
      templates: response.ResponseTemplates,
    });
  }
}

/** @throws Error where credentials are allowed to every origin */
function getCorsHeaders({
  corsOrigin = "*",
  corsCredentials = false,
}: GatewayResponseOptions): Record<string, string> {
  const issue = findCredentialsIssue(corsOrigin, corsCredentials);
  if (issue !== undefined) throw new Error(issue);
  const [only, ...others] = [corsOrigin].flat();
  return {
    ...(others.length === 0 ? { "Access-Control-Allow-Origin": `'${only ?? "*"}'` } : SEVERAL_ORIGINS),
    ...(corsCredentials && ALLOW_CREDENTIALS),
  };
}
