/** An HTTP API's simple response. */
export interface Simple<Context> {
  readonly isAuthorized: boolean;
  readonly context: Context;
}

/** An IAM policy with a context, which every kind of gateway takes. */
export interface Policy<Context> {
  readonly principalId: string;
  readonly policyDocument: { readonly Version: "2012-10-17"; readonly Statement: Statement[] };
  readonly context: Context;
  /** REST APIs only: the API key that chooses the usage plan. */
  readonly usageIdentifierKey?: string;
}

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: "execute-api:Invoke";
  readonly Resource: string;
  readonly Condition?: { readonly DateGreaterThanEquals: { readonly "aws:CurrentTime": string } };
}

/** A policy of the one action that there is. */
export function createPolicy<Context>(
  principalId: string,
  statements: Statement[],
  context: Context,
): Policy<Context> {
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: statements }, context };
}

export function createStatement(effect: Statement["Effect"], resource: string): Statement {
  return { Effect: effect, Action: "execute-api:Invoke", Resource: resource };
}
