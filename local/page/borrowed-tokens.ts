import { API_IDENTIFIER } from "../tenant/directory.ts";
import { machineToken, signIn } from "../sign-in.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { Borrowed, TokenUse } from "./client/trace.ts";

/** The token of another user than the visitor, by a real sign-in at the tenant. */
export async function borrowToken(tenant: Tenant, name: Borrowed, use: TokenUse): Promise<string> {
  const { issuer, applications, users } = tenant;
  if (name === "machine") {
    const { clientId, clientSecret } = applications.machine;
    if (clientSecret === undefined) throw new Error("the machine has no secret");
    return (await machineToken({ issuer, clientId, clientSecret, audience: API_IDENTIFIER })).access_token;
  }
  const { clientId, redirectUris } =
    name === "foreign" || name === "hs256" ? applications[name] : applications.spa;
  const { email, password } = name === "unverified" || name === "leaving" ? users[name] : users.verified;
  const [redirectUri = ""] = redirectUris;
  const tokens = await signIn({ issuer, clientId, redirectUri, email, password, audience: API_IDENTIFIER });
  return use === "id" ? tokens.id_token : tokens.access_token;
}
