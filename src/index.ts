/** The authorizer as a package: what makes one, what it takes and answers, and the errors that it throws. */
export { createAuthorizer } from "./authorizer.ts";
export type { Authorizer, Dependencies } from "./authorizer.ts";
export type { AuthorizerResponse } from "./apigateway/response.ts";
export type { KeySnapshot } from "./oauth/key-set.ts";
export { Refusal } from "./refusal.ts";
export type { Reason } from "./reasons.ts";
export { ConfigurationError } from "./settings/mistakes.ts";
export type { Settings } from "./settings/settings.ts";
