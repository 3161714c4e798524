import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Account } from "oidc-provider";
import { ROLES_CLAIM, type User } from "./directory.ts";

interface PasswordHash {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export interface Accounts {
  /** The user whose e-mail and password these are; undefined where either is wrong, and it does not tell which. */
  authenticate(email: string, password: string): Promise<User | undefined>;
  find(sub: string): User | undefined;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** From here on the tenant knows passwords only as scrypt hashes. */
export async function createAccounts(users: readonly User[]): Promise<Accounts> {
  const hashes = new Map<string, PasswordHash>();
  for (const user of users) hashes.set(user.email, await hashPassword(user.password));
  const nobody = await hashPassword(randomBytes(16).toString("hex"));

  return {
    authenticate: async (email, password) => {
      // An unknown e-mail costs one hash too, so that the time of an answer does not tell who has an account.
      const matches = await passwordMatches(password, hashes.get(email) ?? nobody);
      return matches ? users.find((user) => user.email === email) : undefined;
    },
    find: (sub) => users.find((user) => user.sub === sub),
  };
}

/** The user as oidc-provider wants it; which of these claims a token carries depends on its scopes. */
export function toAccount(user: User): Account {
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
