import type { GatewayKind } from "../../../apigateway/gateways.ts";
import { readContext, type Context } from "./context-values.ts";
import { parsePolicy, type Statement } from "./policy.ts";

/** What an authorizer may answer. */
export type AnswerForm = "policy" | "simple";

interface PolicyResult {
  readonly form: "policy";
  readonly principalId: string | undefined;
  readonly statements: readonly Statement[];
  readonly usageIdentifierKey: string | undefined;
  /** As the backend receives it. */
  readonly context: Context;
}

interface SimpleResult {
  readonly form: "simple";
  readonly isAuthorized: boolean;
  /** As the backend receives it. */
  readonly context: Context;
}

export type AuthorizerResult = PolicyResult | SimpleResult;

type Answer = Readonly<Record<string, unknown>>;

/** What a REST API knows in an answer: anything beside it makes the answer unreadable. */
const REST_FIELDS = ["principalId", "policyDocument", "context", "usageIdentifierKey"];

/** Texts count as flags; `"true"` allows the caller. `"false"` was never recorded. */
const FLAGS = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ["true", true],
  ["false", false],
]);

/**
 * The answer of an authorizer as the gateway reads it; undefined where it is malformed.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function readResult(
  answer: unknown,
  kind: GatewayKind,
  form: AnswerForm,
): AuthorizerResult | undefined {
  if (!isObject(answer)) return undefined;
  const context = readContext(answer["context"], kind);
  if (context === undefined) return undefined;
  return form === "simple" ? simpleResult(answer, context) : policyResult(answer, kind, context);
}

/** The answer that stands for a thrown `Unauthorized`; only HTTP APIs were seen to take it. */
export function isUnauthorized(answer: unknown): boolean {
  return JSON.stringify(answer) === '{"errorMessage":"Unauthorized"}';
}

function simpleResult(answer: Answer, context: Context): SimpleResult | undefined {
  const isAuthorized = FLAGS.get(answer["isAuthorized"]);
  return isAuthorized === undefined ? undefined : { form: "simple", isAuthorized, context };
}

function policyResult(answer: Answer, kind: GatewayKind, context: Context): PolicyResult | undefined {
  const statements = parsePolicy(answer["policyDocument"]);
  const principal = getPrincipal(answer["principalId"] ?? undefined, kind);
  if (statements === undefined || principal === undefined) return undefined;
  // Whether HTTP and WebSocket APIs take fields that they do not know, beside a policy was never recorded.
  const unknown = Object.keys(answer).some((field) => !REST_FIELDS.includes(field));
  if (unknown && kind.startsWith("rest")) return undefined;
  const key = answer["usageIdentifierKey"];
  const usageIdentifierKey = typeof key === "string" ? key : undefined;
  return { form: "policy", statements, context, usageIdentifierKey, ...principal };
}

/**
 * REST and WebSocket APIs turn a number or a flag into a string, and take an answer without a principal. What HTTP
 * APIs make of others than strings is a guess.
 *
 * @returns undefined where it makes the answer unreadable
 */
function getPrincipal(value: unknown, kind: GatewayKind): Pick<PolicyResult, "principalId"> | undefined {
  if (value === undefined || typeof value === "string") return { principalId: value };
  const isScalar = typeof value === "number" || typeof value === "boolean";
  return isScalar && !kind.startsWith("http") ? { principalId: String(value) } : undefined;
}

function isObject(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
