import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Account } from "oidc-provider";
import { ROLES_CLAIM, type Profile, type User } from "./directory.ts";

interface PasswordHash {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export interface Accounts {
  /** The user whose e-mail and password these are; undefined where either is wrong, and it does not tell which. */
  authenticate(email: string, password: string): Promise<Profile | undefined>;
  find(sub: string): Profile | undefined;
  /** A new user, whose e-mail nobody has verified; undefined where somebody has an account with it already. */
  signUp(email: string, password: string): Promise<Profile | undefined>;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** From here on the tenant knows passwords only as scrypt hashes. */
export async function createAccounts(firstUsers: readonly User[]): Promise<Accounts> {
  const users: Profile[] = [...firstUsers];
  const hashes = new Map<string, PasswordHash>();
  for (const user of firstUsers) hashes.set(user.email, await hashPassword(user.password));
  const nobody = await hashPassword(randomBytes(16).toString("hex"));

  return {
    authenticate: async (email, password) => {
      // An unknown e-mail costs one hash too, so that the time of an answer does not tell who has an account.
      const matches = await passwordMatches(password, hashes.get(email) ?? nobody);
      return matches ? users.find((user) => user.email === email) : undefined;
    },
    find: (sub) => users.find((user) => user.sub === sub),
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

function newProfile(email: string): Profile {
  const sub = `auth0|${randomBytes(12).toString("hex")}`;
  const [nickname = email] = email.split("@");
  return { sub, email, emailVerified: false, name: email, nickname, roles: [] };
}

/** The user as oidc-provider wants it; which of these claims a token carries depends on its scopes. */
export function toAccount(user: Profile): Account {
  const { sub, name, nickname, email, emailVerified, roles } = user;
  const claims = { sub, name, nickname, email, email_verified: emailVerified, [ROLES_CLAIM]: roles };
  return { accountId: sub, claims: () => claims };
}

async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { salt, hash: await derive(password, salt, 32) };
}

async function passwordMatches(password: string, { salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, 32), hash);
}
