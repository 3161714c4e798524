import type { IdentityContext } from "../identity/context.ts";
import type { Reason } from "../errors.ts";

/** Mapped, so that it fits types that have an index signature, as those of `@types/aws-lambda` do. */
export type Context = Readonly<IdentityContext> | { readonly reason: Reason };

export interface SimpleResponse {
  readonly isAuthorized: boolean;
  readonly context: Context;
}

export interface PolicyResponse {
  readonly principalId: string;
  readonly policyDocument: { readonly Version: "2012-10-17"; readonly Statement: Statement[] };
  readonly context: Context;
}

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: "execute-api:Invoke";
  readonly Resource: string;
  readonly Condition?: { readonly DateGreaterThanEquals: { readonly "aws:CurrentTime": string } };
}

/** A policy of the one action that there is. */
export function policy(principalId: string, statements: Statement[], context: Context): PolicyResponse {
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: statements }, context };
}

export function statement(effect: Statement["Effect"], resource: string): Statement {
  return { Effect: effect, Action: "execute-api:Invoke", Resource: resource };
}
