import { backChannelLogoutFrom } from "../from-environment.ts";

/** The Lambda's entry: the back-channel logout endpoint, as the environment configures it. */
export const handler = backChannelLogoutFrom(process.env);
