import { parsePolicy, type Statement } from "./policy.ts";

/** What an authorizer may answer. */
export type AnswerForm = "policy" | "simple";

export type AuthorizerResult =
  | {
      readonly form: "policy";
      readonly principalId: string | undefined;
      readonly statements: readonly Statement[];
      readonly context: Context | undefined;
    }
  | { readonly form: "simple"; readonly isAuthorized: boolean; readonly context: Context | undefined };

export type Context = Readonly<Record<string, unknown>>;

/**
 * The answer of an authorizer, in the form that the gateway is configured for; undefined where it has another.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function readResult(answer: unknown, form: AnswerForm): AuthorizerResult | undefined {
  if (!isObject(answer)) return undefined;
  const context = answer["context"] ?? undefined;
  if (context !== undefined && !isObject(context)) return undefined;
  return form === "simple" ? simpleResult(answer, context) : policyResult(answer, context);
}

function simpleResult({ isAuthorized }: Context, context: Context | undefined): AuthorizerResult | undefined {
  return typeof isAuthorized === "boolean" ? { form: "simple", isAuthorized, context } : undefined;
}

function policyResult(answer: Context, context: Context | undefined): AuthorizerResult | undefined {
  const statements = parsePolicy(answer["policyDocument"]);
  const principalId = answer["principalId"] ?? undefined;
  if (statements === undefined || (principalId !== undefined && typeof principalId !== "string")) {
    return undefined;
  }
  return { form: "policy", principalId, statements, context };
}

function isObject(value: unknown): value is Context {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
