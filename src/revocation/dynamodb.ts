import aws4 from "aws4";
import type { HttpResponse, Send } from "../http/client.ts";

/** Where to find a table, and what a request to it is signed with: the variables that AWS's tools read. */
export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

export interface DynamoDbOptions {
  /**
   * `AWS_REGION` or `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, and
   * `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`. An empty variable, or one of spaces, counts as not set.
   */
  readonly env: AwsEnvironment;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly send: Send;
}

/** An answer of DynamoDB. */
interface DynamoDbResponse {
  /** What it says, parsed but not checked. */
  readonly output: unknown;
  /** When it was given, in milliseconds since the epoch by AWS's clock; undefined where it does not say. */
  readonly date: number | undefined;
}

/** The operations that are used. */
export type Operation = "BatchGetItem" | "UpdateItem" | "Scan" | "DescribeTable" | "DescribeTimeToLive";

/**
 * Asks DynamoDB once.
 *
 * @throws FetchError where there is no complete answer within the time
 * @throws DynamoDbError where the answer is no
 */
export type CallDynamoDb = (
  operation: Operation,
  input: object,
  timeoutMs: number,
) => Promise<DynamoDbResponse>;

/** An exception of DynamoDB's, such as `ResourceNotFoundException`. Its text is left out: it names accounts and roles. */
export class DynamoDbError extends Error {
  override readonly name = "DynamoDbError";
  /** What DynamoDB calls it; `HTTP 503` where it does not say. */
  readonly type: string;
  /** Of HTTP. */
  readonly status: number;

  constructor(operation: Operation, type: string, status: number) {
    super(`DynamoDB answered ${operation} with ${type}${adviceOn(type, operation)}`);
    this.type = type;
    this.status = status;
  }
}

const THROTTLED =
  /^(?:Throttling\w*|ProvisionedThroughputExceeded(?:Exception)?|(?:Request)?LimitExceeded(?:Exception)?)$/;

/** Whether DynamoDB refused a request because there were too many: the same one may do a moment later. */
export function isThrottled({ type }: Pick<DynamoDbError, "type">): boolean {
  return THROTTLED.test(type);
}

const API = "DynamoDB_20120810";
/**
 * The domains of AWS's partitions by the beginning of their regions' names; every other region has `amazonaws.com`.
 *
 * @see https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
 */
const SUFFIXES: readonly (readonly [prefix: string, suffix: string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["eu-isof-", "csp.hci.ic.gov"],
  ["eusc-", "amazonaws.eu"],
];
/** A page has 1 MB at most by DynamoDB's count, which leaves out what JSON and its types add. */
const MAX_ANSWER_BYTES = 8_000_000;

/**
 * DynamoDB's API over HTTPS, each request signed with Signature Version 4.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export function createDynamoDb(options: DynamoDbOptions): CallDynamoDb {
  return async (operation, input, timeoutMs) => {
    const request = signedRequest(operation, JSON.stringify(input), options);
    const response = await options.send({ ...request, maxBytes: MAX_ANSWER_BYTES }, timeoutMs);
    return readResponse(operation, response);
  };
}

/** What is sent for an operation. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @throws Error where the environment says neither where the table is nor who asks */
export function signedRequest(
  operation: Operation,
  body: string,
  { env, clock }: Pick<DynamoDbOptions, "env" | "clock">,
): SignedRequest {
  const region = readRegion(env);
  const url = new URL(readEndpoint(env));
  const headers = {
    host: url.host,
    "content-length": String(Buffer.byteLength(body)),
    "content-type": "application/x-amz-json-1.0",
    "x-amz-date": new Date(clock()).toISOString().replace(/[:-]|\.\d+/g, ""),
    "x-amz-target": `${API}.${operation}`,
  };
  const request = { service: "dynamodb", region, method: "POST", path: url.pathname, headers, body };
  const signed = aws4.sign(request, credentialsIn(env));
  return { url: url.href, headers: signed.headers as Record<string, string>, body };
}

/** The region that AWS's variables name. */
export function findRegion(env: AwsEnvironment): string | undefined {
  return getFirst(env, "AWS_REGION", "AWS_DEFAULT_REGION");
}

/** @throws Error where no variable names a region */
function readRegion(env: AwsEnvironment): string {
  const region = findRegion(env);
  if (region === undefined) throw new Error("AWS_REGION is not set: the region of the table");
  return region;
}

const ENDPOINT_VARIABLES = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"] as const;

/**
 * The address of DynamoDB: that of a variable, or the region's own.
 *
 * @throws Error where no variable names a region
 */
export function readEndpoint(env: AwsEnvironment): string {
  const endpoint = getFirst(env, ...ENDPOINT_VARIABLES);
  if (endpoint !== undefined) return endpoint;
  const region = readRegion(env);
  const [, suffix = "amazonaws.com"] = SUFFIXES.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return `https://dynamodb.${region}.${suffix}`;
}

/**
 * What is wrong with the variables that say where DynamoDB is, in words for a person; undefined if nothing is. A request
 * would fail without naming the variable.
 */
export function findPlaceIssue(env: AwsEnvironment): string | undefined {
  const variable = ENDPOINT_VARIABLES.find((name) => getFirst(env, name) !== undefined);
  const endpoint = getFirst(env, ...ENDPOINT_VARIABLES);
  if (endpoint !== undefined && !(/^https?:\/\//i.test(endpoint) && URL.canParse(endpoint)))
    return `${variable} must be a web address such as http://localhost:8000`;
  const region = findRegion(env);
  return region === undefined || /^[a-z0-9-]+$/.test(region)
    ? undefined
    : "AWS_REGION must be a region such as eu-central-1";
}

/** The first of these variables that is set, as AWS's tools read them: empty counts as not set. */
function getFirst(env: AwsEnvironment, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]?.trim()).find(Boolean);
}

function credentialsIn(env: AwsEnvironment): aws4.Credentials {
  const accessKeyId = getFirst(env, "AWS_ACCESS_KEY_ID");
  const secretAccessKey = getFirst(env, "AWS_SECRET_ACCESS_KEY");
  const sessionToken = getFirst(env, "AWS_SESSION_TOKEN");
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. Lambda sets them; elsewhere: aws configure export-credentials",
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

function readResponse(operation: Operation, { status, headers, text }: HttpResponse): DynamoDbResponse {
  const output = parseJson(text);
  if (status !== 200) throw new DynamoDbError(operation, typeIn(output) ?? `HTTP ${status}`, status);
  if (output === undefined) throw new DynamoDbError(operation, "something that is not JSON", status);
  const date = Date.parse(headers.date ?? "");
  return { output, date: Number.isNaN(date) ? undefined : date };
}

/** `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`, without what stands before the `#`. */
function typeIn(output: unknown): string | undefined {
  const { __type: type } = Object(output) as { readonly __type?: unknown };
  return typeof type === "string" ? /\w+$/.exec(type)?.[0] : undefined;
}

function adviceOn(type: string, operation: Operation): string {
  if (type === "ResourceNotFoundException") return ": there is no such table in this region and account";
  if (type === "AccessDeniedException") return `: the role lacks dynamodb:${operation} on the table`;
  if (type === "InvalidSignatureException")
    return ": AWS_SECRET_ACCESS_KEY is wrong, or the clock of this machine is";
  return "";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
