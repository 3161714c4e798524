import { revokeOnEventFrom } from "../from-environment.ts";

/** The Lambda's entry: Auth0's messages from EventBridge, as the environment configures it. */
export const handler = revokeOnEventFrom(process.env);
