import { machineToken, signIn } from "../sign-in.ts";
import type { Application, User } from "./directory.ts";

/** A token as a query asks for it. */
export interface WantedToken {
  /** Whose: without it, the first user's. */
  readonly email?: unknown;
  /** The application's client ID: without it, the first one's. A machine's gets the machine's own token. */
  readonly client?: unknown;
  /** `access`, which is meant without it, or `id`. */
  readonly type?: unknown;
  /** The API that an access token is for: without it, the first one. */
  readonly audience?: unknown;
}

interface Parts {
  readonly issuer: string;
  readonly apiIdentifiers: readonly string[];
  readonly applications: readonly Application[];
  readonly users: readonly User[];
}

/**
 * Signs a user in through the tenant's own pages, as a browser would, and takes one of the tokens.
 *
 * @throws Error with what there is to choose from, or with the tenant's words where it refuses
 */
export async function issueToken(wanted: WantedToken, parts: Parts): Promise<string> {
  const { issuer, apiIdentifiers } = parts;
  const { clientId, clientSecret, redirectUris } = choose(
    "client",
    wanted.client,
    parts.applications,
    (application) => application.clientId,
  );
  const { email, password } = choose("email", wanted.email, parts.users, (user) => user.email);
  const type = choose("type", wanted.type, ["access", "id"], String);
  const audience = choose("audience", wanted.audience, apiIdentifiers, String);
  if (clientSecret !== undefined) {
    if (type === "id") throw unusable("a machine has no ID token");
    return (await machineToken({ issuer, clientId, clientSecret, audience })).access_token;
  }
  const [redirectUri = ""] = redirectUris;
  const forApi = type === "access" ? { audience } : {};
  const tokens = await refusedWithReason(
    signIn({ issuer, clientId, redirectUri, email, password, ...forApi }),
  );
  return type === "id" ? tokens.id_token : tokens.access_token;
}

/** The first, or the one that is named. */
function choose<T>(what: string, named: unknown, all: readonly T[], toName: (one: T) => string): T {
  const found = named === undefined ? all[0] : all.find((one) => toName(one) === named);
  if (found === undefined) throw unusable(`${what} is one of ${all.map(toName).join(", ")}`);
  return found;
}

async function refusedWithReason<T>(signedIn: Promise<T>): Promise<T> {
  try {
    return await signedIn;
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error), error);
  }
}

/** `status` and `expose` are for Koa: the answer is 400, and says why. */
function unusable(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { status: 400, expose: true });
}
