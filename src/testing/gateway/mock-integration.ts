import type { Lambda } from "./lambda.ts";

/** Of an `AWS::ApiGateway::Method` with an integration of the type MOCK, its `Properties`, as in the template. */
export interface MockMethodProperties {
  readonly Integration: {
    readonly Type: string;
    /** By content type: which status the integration shall answer, `{"statusCode": 200}`. */
    readonly RequestTemplates?: Readonly<Record<string, string>>;
    readonly IntegrationResponses?: readonly MockResponse[];
  };
}

interface MockResponse {
  readonly StatusCode: string | number;
  /** `method.response.header.NAME` to `'value'`. */
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  /** By content type. */
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

/**
 * A route that a REST API answers by itself: what a MOCK integration of the template says, to be given as one of the
 * `openRoutes`. Only fixed texts are supported, no templates with variables.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 * @throws Error that says what is not supported, or what AWS would answer 500 to
 */
export function mockIntegration({ Integration }: MockMethodProperties): Lambda {
  if (Integration.Type !== "MOCK") throw new Error(`Type is ${Integration.Type}, and this supports MOCK`);
  const status = statusAskedFor(Integration.RequestTemplates?.["application/json"]);
  const response = Integration.IntegrationResponses?.find(({ StatusCode }) => Number(StatusCode) === status);
  if (response === undefined) throw new Error(`there is no IntegrationResponse for the status ${status}`);
  const [[contentType, body] = ["application/json", ""]] = Object.entries(response.ResponseTemplates ?? {});
  if (/[#$]\w/.test(body)) throw new Error("not supported by this fake: a response template with variables");
  const headers = { "content-type": contentType, ...getHeaders(response.ResponseParameters ?? {}) };
  return () => ({ statusCode: status, headers, body });
}

/** Without a request template, the integration has no status to answer. */
function statusAskedFor(template: string | undefined): number {
  const { statusCode } = JSON.parse(template ?? "{}") as { readonly statusCode?: unknown };
  if (typeof statusCode === "number") return statusCode;
  throw new Error(
    "RequestTemplates needs application/json: '{\"statusCode\": 200}', or the gateway answers 500",
  );
}

function getHeaders(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([target, source]) => {
      const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
      const value = /^'(.*)'$/.exec(source)?.[1];
      if (name === undefined || value === undefined)
        throw new Error(`not supported by this fake: ${target} from ${source}`);
      return [name, value];
    }),
  );
}
