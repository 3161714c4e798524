import { MAX_TOKEN_BYTES } from "../../token/bearer.ts";

/** A token, its name, and others that a tenant may send with it. */
const MAX_BODY_BYTES = 2 * MAX_TOKEN_BYTES;
const FORM = /^application\/x-www-form-urlencoded *(?:;|$)/;

/**
 * The token of a back-channel logout request (OIDC Back-Channel Logout 1.0 §2.5): a form with one `logout_token`. Other
 * fields are ignored, as the specification demands.
 *
 * @returns undefined where the request is none
 */
export function logoutTokenIn(contentType: string, body: string): string | undefined {
  if (!FORM.test(contentType.trim().toLowerCase()) || body.length > MAX_BODY_BYTES) return undefined;
  const [token, ...others] = new URLSearchParams(body).getAll("logout_token");
  return others.length === 0 && token !== "" ? token : undefined;
}
