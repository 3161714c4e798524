/** A Lambda function with whatever types of event and result. */
export type Lambda = (event: never, context: never, callback: never) => unknown;

/** What an invocation may bring beside its event. */
export interface InvocationContext {
  /** Of a function with tenant isolation. */
  readonly tenantId?: string;
}

/**
 * Calls a function as Lambda does: event and result pass through JSON, so neither can hold what JSON cannot.
 *
 * @throws whatever the function throws
 */
export async function invoke(
  lambda: Lambda,
  event: object,
  context: InvocationContext = {},
): Promise<unknown> {
  const call = lambda as unknown as (event: unknown, context: object) => unknown;
  return throughJson(await call(throughJson(event), toInvocationContext(context)));
}

export function throughJson(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export function toInvocationContext(context: InvocationContext): object {
  return {
    ...context,
    functionName: "function",
    functionVersion: "$LATEST",
    awsRequestId: crypto.randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => 6000,
  };
}
