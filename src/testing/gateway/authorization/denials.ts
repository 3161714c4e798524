/** The sentences of REST and WebSocket APIs. Their beginnings are older than their ends: compare those. */
const DENIED = "User is not authorized to access this resource";

export const EXPLICIT_DENY = `${DENIED} with an explicit deny in an identity-based policy`;
export const NO_POLICY_ALLOWS = `${DENIED} because no identity-based policy allows the execute-api:Invoke action`;
