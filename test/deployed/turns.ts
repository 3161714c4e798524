import type { Kind, Turn } from "./probe.ts";

interface AnswerOptions {
  readonly resource?: string;
  readonly context?: object;
  readonly statements?: readonly object[];
  /** Fields of the answer that are added or different. */
  readonly fields?: object;
}

/** What the authorizer answers in the form of its kind. */
export function answer(kind: Kind, effect: "Allow" | "Deny", options: AnswerOptions = {}): Turn {
  const { resource = "$stage/*", context = {}, statements = [], fields = {} } = options;
  if (kind === "HTTP simple") return { answer: { isAuthorized: effect === "Allow", context, ...fields } };
  const Statement = [{ Effect: effect, Action: "execute-api:Invoke", Resource: resource }, ...statements];
  const policyDocument = { Version: "2012-10-17", Statement };
  return { answer: { principalId: "user", policyDocument, context, ...fields } };
}

/** From a moment on, nothing is allowed any more. */
export function denyFrom(milliseconds: number): object {
  const end = new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    Effect: "Deny",
    Action: "execute-api:Invoke",
    Resource: "$stage/*",
    Condition: { DateGreaterThanEquals: { "aws:CurrentTime": end } },
  };
}
