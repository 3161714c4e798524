/** What a Lambda behind may answer through a proxy integration. */
interface ProxyAnswer {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly unknown[]>>;
  readonly cookies?: readonly string[];
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/**
 * The response of a proxy integration; undefined where the answer is not one (the gateway's 502).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function proxyResponse(answer: unknown): Response | undefined {
  if (!isProxyAnswer(answer)) return undefined;
  const status = Number(answer.statusCode);
  const headers = new Headers({ "content-type": "application/json" });
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers.set(name, String(value));
  for (const [name, values] of Object.entries(answer.multiValueHeaders ?? {})) {
    headers.delete(name);
    for (const value of values) headers.append(name, String(value));
  }
  for (const cookie of answer.cookies ?? []) headers.append("set-cookie", cookie);
  return new Response(isBodiless(status) ? null : getBody(answer), { status, headers });
}

/**
 * The same with payload 2.0, where an answer without a status code is the body.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function inferredResponse(answer: unknown): Response | undefined {
  if (isProxyAnswer(answer)) return proxyResponse(answer);
  const body = typeof answer === "string" ? answer : JSON.stringify(answer);
  return proxyResponse({ statusCode: 200, body });
}

function getBody({ body, isBase64Encoded }: ProxyAnswer): string | Uint8Array<ArrayBuffer> {
  const text = typeof body === "string" ? body : "";
  return isBase64Encoded === true ? Uint8Array.from(Buffer.from(text, "base64")) : text;
}

function isProxyAnswer(answer: unknown): answer is ProxyAnswer {
  if (typeof answer !== "object" || answer === null || !("statusCode" in answer)) return false;
  const status = Number(answer.statusCode);
  return Number.isInteger(status) && status >= 200 && status <= 599;
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
