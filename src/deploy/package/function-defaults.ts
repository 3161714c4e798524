import { HANDLER } from "./function-files.ts";

/** What the authorizer's function has wherever it is deployed. infra/authorizer.yml has the same, and a test compares. */
export const FUNCTION = {
  description: "Verifies Auth0 tokens for API Gateway.",
  handler: HANDLER,
  /** A fetch of keys takes 4 s at most; API Gateway waits 10 s at most. */
  timeoutSeconds: 8,
} as const;

/** What it has unless options say otherwise. */
export const FUNCTION_DEFAULTS = { runtime: "nodejs24.x", architecture: "arm64", memorySize: 512 } as const;

/** For how long gateways keep a policy. It ends with its token, but a user who was denied stays denied. */
export const POLICY_TTL_SECONDS = 300;
/** For how long they keep a simple response, which nothing ends before, so that it outlives its token by this. */
export const SIMPLE_TTL_SECONDS = 60;
