/** Whose pages may read a gateway response: one origin, or several. */
export type Origins = string | readonly string[];

/** What is wrong where pages of every origin were to read answers with cookies; undefined if nothing is. */
export function findCredentialsIssue(origins: Origins, hasCredentials: boolean): string | undefined {
  return hasCredentials && [origins].flat().includes("*")
    ? "corsCredentials needs corsOrigin: browsers refuse * together with credentials"
    : undefined;
}

/** For several origins: a gateway response cannot choose among them, so it names the one that asks. */
export const SEVERAL_ORIGINS = {
  "Access-Control-Allow-Origin": "method.request.header.Origin",
  Vary: "'Origin'",
} as const;

export const ALLOW_CREDENTIALS = { "Access-Control-Allow-Credentials": "'true'" } as const;
