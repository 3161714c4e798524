import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** An RSA private key as a JWK (RFC 7517), made for RS256 signatures only. */
export interface SigningKey {
  readonly kty: "RSA";
  readonly kid: string;
  readonly alg: "RS256";
  readonly use: "sig";
  readonly [parameter: string]: string;
}

/**
 * The tenant's signing keys, as Auth0 keeps them: `current` signs, `next` is published ahead of its use so that
 * caches know it before the first token arrives, and the `previous` ones (newest first) stay published until revoked.
 */
export interface KeyRing {
  readonly current: SigningKey;
  readonly next: SigningKey;
  readonly previous: readonly SigningKey[];
}

export interface KeyIds {
  readonly current: string;
  readonly next: string;
  /** Newest first. */
  readonly previous: readonly string[];
}

const generate = promisify(generateKeyPair);

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generate("rsa", { modulusLength: 2048 });
  const parameters = privateKey.export({ format: "jwk" }) as Record<string, string>;
  return { ...parameters, kty: "RSA", kid: createKeyId(), alg: "RS256", use: "sig" };
}

export async function createKeyRing(): Promise<KeyRing> {
  const [current, next] = await Promise.all([createSigningKey(), createSigningKey()]);
  return { current, next, previous: [] };
}

/** The next key becomes the current one and `fresh` the next; the current one stays published as a previous one. */
export function rotated(ring: KeyRing, fresh: SigningKey): KeyRing {
  return { current: ring.next, next: fresh, previous: [ring.current, ...ring.previous] };
}

/**
 * Takes a previous key, the newest unless `kid` names one, out of the ring.
 * Throws where there is no such key: the current and the next one cannot be revoked, in Auth0 as here.
 */
export function revoked(ring: KeyRing, kid = ring.previous[0]?.kid): KeyRing {
  const previous = ring.previous.filter((key) => key.kid !== kid);
  if (previous.length === ring.previous.length) {
    // `status` and `expose` are for Koa: over HTTP this is a conflict, and its reason may be told.
    throw Object.assign(new Error("Only a previous key can be revoked: rotate first."), {
      status: 409,
      expose: true,
    });
  }
  return { ...ring, previous };
}

/** Every published key, the one that signs first: oidc-provider signs with the first that fits. */
export function published(ring: KeyRing): SigningKey[] {
  return [ring.current, ring.next, ...ring.previous];
}

export function keyIds(ring: KeyRing): KeyIds {
  return { current: ring.current.kid, next: ring.next.kid, previous: ring.previous.map((key) => key.kid) };
}

/** 21 URL-safe characters, which is what Auth0's key IDs look like. */
function createKeyId(): string {
  return randomBytes(16).toString("base64url").slice(0, 21);
}
