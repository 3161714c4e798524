import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Account } from "oidc-provider";
import { ROLES_CLAIM, type CustomClaims, type Profile, type User } from "./directory.ts";
import { errors } from "./quiet-oidc-provider.ts";

interface PasswordHash {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export interface Accounts {
  /**
   * The user whose email and password these are; undefined where either is wrong, and it does not tell which.
   *
   * @throws OIDCProviderError `unauthorized` where the user is blocked, which only who knows the password learns
   */
  authenticate(email: string, password: string): Promise<Profile | undefined>;
  /** Undefined for a user who is deleted or blocked: nothing is issued to them any more. */
  find(sub: string): Profile | undefined;
  /** A new user, whose email no one has verified; undefined where an account has it already. */
  signUp(email: string, password: string): Promise<Profile | undefined>;
  setBlocked(sub: string, blocked: boolean): void;
  delete(sub: string): void;
  setPassword(sub: string, password: string): Promise<void>;
  /** One of the first users is as in the beginning: neither deleted nor blocked, and with the first password. */
  restore(sub: string): Promise<void>;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** From here on the tenant knows passwords only as scrypt hashes. */
export async function createAccounts(firstUsers: readonly User[]): Promise<Accounts> {
  const users: Profile[] = [...firstUsers];
  const hashes = new Map<string, PasswordHash>();
  const blocked = new Set<string>();
  for (const user of firstUsers) hashes.set(user.email, await hashPassword(user.password));
  const unknownUser = await hashPassword(randomBytes(16).toString("hex"));

  return {
    authenticate: async (email, password) => {
      // An unknown email costs one hash too, so that the time of an answer does not tell who has an account.
      const matches = await passwordMatches(password, hashes.get(email) ?? unknownUser);
      const user = matches ? users.find((candidate) => candidate.email === email) : undefined;
      if (user && blocked.has(user.sub)) throw userIsBlocked();
      return user;
    },
    find: (sub) => (blocked.has(sub) ? undefined : users.find((user) => user.sub === sub)),
    ...administration({ firstUsers, users, hashes, blocked }),
    signUp: async (email, password) => {
      const hash = await hashPassword(password);
      if (hashes.has(email)) return undefined;
      const user = newProfile(email);
      hashes.set(email, hash);
      users.push(user);
      return user;
    },
  };
}

interface Directory {
  readonly firstUsers: readonly User[];
  readonly users: Profile[];
  /** By email. */
  readonly hashes: Map<string, PasswordHash>;
  /** By `sub`. */
  readonly blocked: Set<string>;
}

function administration({
  firstUsers,
  users,
  hashes,
  blocked,
}: Directory): Pick<Accounts, "setBlocked" | "delete" | "setPassword" | "restore"> {
  const setPassword = async (sub: string, password: string): Promise<void> => {
    const user = users.find((candidate) => candidate.sub === sub);
    if (user) hashes.set(user.email, await hashPassword(password));
  };
  return {
    setPassword,
    setBlocked: (sub, isBlocked) => {
      if (isBlocked) blocked.add(sub);
      else blocked.delete(sub);
    },
    delete: (sub) => {
      const [user] = users.splice(indexOf(sub, users), 1);
      if (user) hashes.delete(user.email);
    },
    restore: async (sub) => {
      const first = firstUsers.find((user) => user.sub === sub);
      if (first === undefined) return;
      blocked.delete(sub);
      if (!users.includes(first)) users.push(first);
      await setPassword(sub, first.password);
    },
  };
}

/** Behind the last one where there is no such user. */
function indexOf(sub: string, users: readonly Profile[]): number {
  const index = users.findIndex((user) => user.sub === sub);
  return index < 0 ? users.length : index;
}

/** In Auth0's words. */
function userIsBlocked(): Error {
  const error = new errors.CustomOIDCProviderError("unauthorized", "user is blocked");
  return Object.assign(error, { status: 403, statusCode: 403 });
}

function newProfile(email: string): Profile {
  const sub = `auth0|${randomBytes(12).toString("hex")}`;
  const [nickname = email] = email.split("@");
  return { sub, email, emailVerified: false, name: email, nickname, roles: [] };
}

/** The user as oidc-provider wants it; which of these claims a token carries depends on its scopes. */
export function toAccount(user: Profile, customClaims: CustomClaims): Account {
  const { sub, name, nickname, email, emailVerified, roles } = user;
  const own = { sub, name, nickname, email, email_verified: emailVerified, [ROLES_CLAIM]: roles };
  return { accountId: sub, claims: () => ({ ...own, ...customClaims }) };
}

async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { salt, hash: await derive(password, salt, 32) };
}

async function passwordMatches(password: string, { salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, 32), hash);
}
