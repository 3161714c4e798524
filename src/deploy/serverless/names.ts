/** What the resources of an authorizer are named by. */
export interface Names {
  /** `SERVICE-STAGE-FUNCTION`: how the table's export begins. */
  readonly prefix: string;
  /** Logical IDs begin with it: `Auth0`. */
  readonly idPrefix: string;
  /** That of the authorizer which has the table of revocations. */
  readonly tablePrefix: string;
  readonly functionId: string;
  readonly logGroupId: string;
  readonly restApiId: unknown;
}

/** The functions that write revocations, by what their names end with. */
export const WRITERS = ["RevokeOnEvent", "BackChannelLogout"] as const;
export type Writer = (typeof WRITERS)[number];

/** The logical ID of the authorizer's role. */
export function roleId(idPrefix: string): string {
  return `${idPrefix}AuthorizerRole`;
}

/** The logical ID that Serverless gives to a function that writes revocations. */
export function toWriterId(idPrefix: string, writer: Writer): string {
  return `${idPrefix}${writer}LambdaFunction`;
}
