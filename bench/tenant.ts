import { writeFileSync } from "node:fs";
import { SNAPSHOT_FILE, type SnapshotDocument } from "../src/token/keys/snapshot.ts";
import { createSigningKey, signJwt, type SigningKey } from "../src/testing/signing-key.ts";
import { bearerEvent } from "../src/testing/events.ts";

const CLIENT_ID = "iJ0aPzLyoB6vXIEI2cQWm2ZMsGGcyT7V";

/** A tenant with two keys, as Auth0 publishes them, and tokens of the size that Auth0 issues. */
export class BenchTenant {
  readonly domain: string;
  readonly keys: readonly [SigningKey, SigningKey];

  constructor(domain: string, keys: BenchTenant["keys"] = [createSigningKey(), createSigningKey()]) {
    this.domain = domain;
    this.keys = keys;
  }

  get jwks(): { keys: readonly SigningKey["jwk"][] } {
    return { keys: this.keys.map(({ jwk }) => jwk) };
  }

  /** Writes the snapshot that a deployment would package. */
  writeSnapshot(folder: string, takenAt = Date.now()): string {
    const file = `${folder}/${SNAPSHOT_FILE}`;
    const document: SnapshotDocument = {
      takenAt: new Date(takenAt).toISOString(),
      keySets: { [`https://${this.domain}/`]: this.jwks },
    };
    writeFileSync(file, JSON.stringify(document));
    return file;
  }

  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      AUTH0_DOMAIN: this.domain,
      AUTH0_CLIENT_IDS: CLIENT_ID,
      // Only in Lambda the function is primed.
      AWS_LAMBDA_FUNCTION_NAME: "authorizer",
      ...extra,
    };
  }

  /** An ID token for one of many users, with the claims of the scopes `openid profile email`. */
  idToken(user: number, claims: object = {}, header: object = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      nickname: `user${user}`,
      name: `user${user}@example.com`,
      picture: `https://s.gravatar.com/avatar/${"0".repeat(32)}?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fus.png`,
      updated_at: new Date().toISOString(),
      email: `user${user}@example.com`,
      email_verified: true,
      iss: `https://${this.domain}/`,
      aud: CLIENT_ID,
      sub: `auth0|${String(user).padStart(24, "0")}`,
      iat: now,
      exp: now + 36_000,
      sid: "uWFVKyvMBzZC4ndOGL9B5XSc8KBbdYcI",
      ...claims,
    };
    const [key] = this.keys;
    return signJwt({ alg: "RS256", typ: "JWT", kid: key.kid, ...header }, payload, key);
  }
}

export function eventWith(token: string): Record<string, unknown> {
  return bearerEvent("http-2.0", token);
}

/** The same token with another signature of the same length. */
export function forged(token: string): string {
  const dot = token.lastIndexOf(".");
  const [first = ""] = token.slice(dot + 1);
  return `${token.slice(0, dot + 1)}${first === "A" ? "B" : "A"}${token.slice(dot + 2)}`;
}
