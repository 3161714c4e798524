/** The authorizer as a package: what makes one, what it takes and answers, and the errors that it throws. */
export { createAuthorizer } from "./authorizer/create-authorizer.ts";
export type { Authorizer, Dependencies } from "./authorizer/create-authorizer.ts";
export type { AuthorizerResponse } from "./authorizer/response.ts";
export type { KeySnapshot } from "./token/keys/remote-key-set.ts";
export { AuthorizerError } from "./errors.ts";
export type { Reason } from "./errors.ts";
export { ConfigurationError } from "./settings/configuration-error.ts";
export type { Settings, SettingsOptions } from "./settings/settings.ts";
