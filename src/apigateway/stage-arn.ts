import { AuthorizerError } from "../errors.ts";

/** API and stage, which must be what they seem: a wildcard or a policy variable here would open other APIs. */
const API_AND_STAGE = /^arn:[\w-]+:execute-api(?::[\w-]+){3}\/[\w$-]+(?=\/|$)/;

/** The API and the stage of an ARN that {@link toStageArn} made. */
export function parseStageArn(stageArn: string): { readonly apiId: string; readonly stage: string } {
  const [apiId = "", stage = ""] = stageArn.slice(stageArn.lastIndexOf(":") + 1).split("/");
  return { apiId, stage };
}

/**
 * The ARN of every route of the stage that a method ARN belongs to, in any partition. API Gateway caches the
 * policy and applies it to the caller's other routes, so a policy for one method would lock them out.
 *
 * @param methodArn `arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`
 * @throws AuthorizerError `unsupported_event`
 */
export function toStageArn(methodArn: string): string {
  const [apiAndStage] = API_AND_STAGE.exec(methodArn) ?? [];
  if (apiAndStage === undefined)
    throw new AuthorizerError("unsupported_event", "the method ARN is not of an API");
  return `${apiAndStage}/*`;
}
