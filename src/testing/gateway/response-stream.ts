import { PassThrough, type Writable } from "node:stream";
import { proxyResponse } from "./lambda-response.ts";
import { throughJson, toInvocationContext, type Lambda } from "./lambda.ts";

/** What a streaming function writes its response to. */
export interface ResponseStream extends Writable {
  setContentType(contentType: string): void;
}

/** Status and headers of a streamed response. */
export interface StreamMetadata {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** By this mark Lambda's runtime for Node.js tells streaming functions from others. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const DELIMITER = Buffer.alloc(8);
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
const MAX_METADATA_BYTES = 16 * 1024;

/**
 * What Lambda's runtime for Node.js gives to functions as a global of this name. Set it before a streaming function
 * is imported, and give the function to a route of {@link restApi}.
 *
 * @example
 * Object.assign(globalThis, { awslambda });
 * const { handler } = await import("./stream.ts");
 */
export const awslambda = {
  streamifyResponse<Handler extends (event: never, stream: never, context: never) => unknown>(
    handler: Handler,
  ): Handler {
    return Object.assign(handler, { [STREAMING]: "response" });
  },
  HttpResponseStream: {
    from(stream: ResponseStream, metadata: StreamMetadata): ResponseStream {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(metadata));
      stream.write(DELIMITER);
      return stream;
    },
  },
};

export function isStreaming(lambda: Lambda): boolean {
  return STREAMING in lambda;
}

/**
 * Calls a streaming function and returns its response as soon as its metadata is there.
 *
 * @returns undefined where the function does not write metadata, which the gateway answers with 502
 * @throws what the function throws before
 */
export async function invokeStreaming(lambda: Lambda, event: object): Promise<Response | undefined> {
  const output = Object.assign(new PassThrough(), { setContentType: () => undefined });
  const call = lambda as unknown as (...parameters: unknown[]) => unknown;
  Promise.resolve()
    .then(() => call(throughJson(event), output, toInvocationContext({})))
    .catch((error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  const chunks = output[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  let head = Buffer.alloc(0);
  while (!head.includes(DELIMITER)) {
    const next = await chunks.next();
    if (next.done === true || head.length > MAX_METADATA_BYTES) return undefined;
    head = Buffer.concat([head, next.value]);
  }
  return toResponse(head, chunks);
}

function toResponse(head: Buffer, chunks: AsyncIterator<Buffer, undefined>): Response | undefined {
  const end = head.indexOf(DELIMITER);
  const metadata = JSON.parse(head.toString("utf8", 0, end)) as StreamMetadata;
  const response = proxyResponse({ statusCode: 200, ...metadata });
  if (response?.body === null || response === undefined) return response;
  const { status, headers } = response;
  const body = ReadableStream.from(remaining(head.subarray(end + DELIMITER.length), chunks));
  return new Response(body, { status, headers });
}

async function* remaining(first: Buffer, chunks: AsyncIterator<Buffer, undefined>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}
