import { header } from "./client-request.ts";
import type { Call } from "./call.ts";
import type { Context } from "./authorization/context-values.ts";

/**
 * A customised answer of a REST API: the `Properties` of an `AWS::ApiGateway::GatewayResponse`, as they stand in
 * the template.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-gatewayresponse.html
 */
export interface GatewayResponseProperties {
  readonly ResponseType: string;
  readonly StatusCode?: string | number;
  /** `gatewayresponse.header.NAME` to `'value'` or `method.request.header.NAME`. */
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  /** By content type, with `$context.error.messageString`, `$context.authorizer.KEY` … */
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

/** An answer that the gateway gives by itself. */
export interface GatewayResponse {
  /** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
  readonly type: string;
  readonly status: number;
  readonly message: string | null;
  /** The default body; a template replaces it. */
  readonly body: string;
  readonly errorType: string;
  /** What a returned Deny carried. */
  readonly context?: Context | undefined;
}

/** The answer with what the API customises: of its own type, or of all types of its class. */
export function gatewayResponse(
  answer: GatewayResponse,
  call: Call,
  customised: readonly GatewayResponseProperties[],
): Response {
  const ofClass = answer.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX";
  const custom =
    customised.find(({ ResponseType }) => ResponseType === answer.type) ??
    customised.find(({ ResponseType }) => ResponseType === ofClass);
  const [template] = Object.entries(custom?.ResponseTemplates ?? {});
  const body = template === undefined ? answer.body : fill(template[1], answer, call);
  const headers = {
    "content-type": template?.[0] ?? "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "x-amzn-requestid": call.requestId,
    "x-amzn-errortype": answer.errorType,
    "x-amz-apigw-id": call.extendedRequestId,
    ...customHeaders(custom?.ResponseParameters ?? {}, call),
  };
  return new Response(body, { status: Number(custom?.StatusCode ?? answer.status), headers });
}

function customHeaders(parameters: Readonly<Record<string, string>>, call: Call): Record<string, string> {
  const headers = Object.entries(parameters).map(([target, source]) => {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    if (name === undefined) throw new Error(`not supported by this fake: ${target}`);
    return [name, headerValue(source, call)] as const;
  });
  return Object.fromEntries(headers.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function headerValue(source: string, call: Call): string | undefined {
  const literal = /^'(.*)'$/.exec(source)?.[1];
  if (literal !== undefined) return literal;
  const copied = /^method\.request\.header\.(.+)$/.exec(source)?.[1];
  if (copied === undefined) throw new Error(`not supported by this fake: the header value ${source}`);
  return header(call.request, copied);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html */
function fill(template: string, answer: GatewayResponse, call: Call): string {
  return template.replace(/\$context\.([\w.]+)/g, (_, name: string) => {
    if (name === "error.messageString") return JSON.stringify(answer.message);
    if (name === "error.message") return answer.message ?? "";
    if (name === "error.responseType") return answer.type;
    if (name === "requestId") return call.requestId;
    const key = /^authorizer\.(\w+)$/.exec(name)?.[1];
    if (key === undefined) throw new Error(`not supported by this fake: $context.${name}`);
    const value = answer.context?.[key];
    return typeof value === "string" ? value : JSON.stringify(value ?? "");
  });
}
