import { createVerifier, settingsFromEnvironment } from "auth0-api-gateway-authorizer/verifier";

/** With the environment variables of the authorizer. */
export const verify = createVerifier(settingsFromEnvironment(process.env));
