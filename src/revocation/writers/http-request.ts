import { asObject } from "../../apigateway/gateways.ts";

/** A request as a Lambda function behind an API or a function URL is sent it. */
export interface HttpRequest {
  readonly method: string;
  /** The header `Content-Type`; empty where there is none. */
  readonly contentType: string;
  readonly body: string;
}

/** What such a function returns, to an API of any kind and to a function URL. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Reads the event of a REST API, of an HTTP API with payload 1.0 or 2.0, and of a function URL.
 *
 * @returns undefined where it is none of these
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function readHttpRequest(event: unknown): HttpRequest | undefined {
  const { httpMethod, requestContext, headers, body, isBase64Encoded } = asObject(event);
  const method = httpMethod ?? asObject(asObject(requestContext)["http"])["method"];
  if (typeof method !== "string") return undefined;
  const text = typeof body === "string" ? body : "";
  return {
    method,
    contentType: header(asObject(headers), "content-type"),
    body: isBase64Encoded === true ? Buffer.from(text, "base64").toString() : text,
  };
}

/** A REST API forwards names as they were sent, the others in lower case. */
function header(headers: Readonly<Record<string, unknown>>, name: string): string {
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === "string" ? value : "";
}
