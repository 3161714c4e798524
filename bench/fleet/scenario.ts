import { createSigningKey, type SigningKey } from "../../src/testing/signing-key.ts";

/** Virtual time is in milliseconds since the deployment. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const END = 370 * MINUTE;

export interface Chapter {
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** What happens in six hours. */
export const CHAPTERS = {
  deployment: { title: "deployment", from: 0, to: 10 * MINUTE },
  outage: { title: "outage", from: 60 * MINUTE, to: 120 * MINUTE },
  attack: { title: "invented key IDs", from: 140 * MINUTE, to: 160 * MINUTE },
  surprise: { title: "surprise key", from: 180 * MINUTE, to: 190 * MINUTE },
  thunderingHerd: { title: "redeployment", from: 210 * MINUTE, to: 220 * MINUTE },
  /** Someone requests the keys so often that every request is answered 429. */
  flood: { title: "flood", from: 240 * MINUTE, to: 360 * MINUTE },
} as const satisfies Record<string, Chapter>;

const ROTATED_AT = 20 * MINUTE;
const REVOKED_AT = 40 * MINUTE;
const REVOKED_IN_FLOOD_AT = CHAPTERS.flood.from + 5 * MINUTE;
/** When an operator who follows the guide has deployed a new snapshot. */
export const RENEWED_AT = 50 * MINUTE;

const [first, second, third, surprise] = ["first", "second", "third", "surprise"].map((kid) =>
  createSigningKey({ kid }),
) as [SigningKey, SigningKey, SigningKey, SigningKey];

/** The keys that the tenant publishes. Auth0 publishes the next key beforehand, but for the surprise. */
export function publishedAt(time: number): readonly SigningKey[] {
  if (time < ROTATED_AT) return [first, second];
  if (time < REVOKED_AT) return [second, third, first];
  if (time < CHAPTERS.surprise.from) return [second, third];
  return time < REVOKED_IN_FLOOD_AT ? [surprise, second] : [surprise, third];
}

/** The key that signs a user's token: users get new tokens over twenty minutes after a rotation. */
export function signerAt(time: number, chance: number): string {
  if (time >= CHAPTERS.surprise.from) return "surprise";
  const switched = (time - ROTATED_AT) / (REVOKED_AT - ROTATED_AT);
  return chance < switched ? "second" : "first";
}

/** A stolen key: the tenant revokes it, and the thief goes on using it. */
export interface StolenKey {
  readonly kid: string;
  readonly revokedAt: number;
}

/** The first is revoked while all is well; the second during a flood that keeps containers from fetching the keys. */
export const STOLEN_KEYS = {
  first: { kid: "first", revokedAt: REVOKED_AT },
  inFlood: { kid: "second", revokedAt: REVOKED_IN_FLOOD_AT },
} as const satisfies Record<string, StolenKey>;

/** The stolen key that is in use. */
export function stolenKeyAt(time: number): keyof typeof STOLEN_KEYS | undefined {
  if (time < REVOKED_AT) return undefined;
  return time < REVOKED_IN_FLOOD_AT ? "first" : "inFlood";
}

export function isDuring({ from, to }: Chapter, time: number): boolean {
  return time >= from && time < to;
}
