import { createPublicKey, verify as verifySignature, type KeyObject } from "node:crypto";
import { keysAtHand } from "./keys-at-hand.ts";
import { authorizer, prime, type Claims } from "./request.ts";

const keys = new Map<unknown, KeyObject>(
  keysAtHand()?.keys.map((jwk) => [jwk.kid, createPublicKey({ key: { ...jwk }, format: "jwk" })]),
);

/** The floor: one signature, no rules. Never deploy it. */
export function verify(token: string): Claims {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const key = keys.get(part(header)["kid"]);
  const input = Buffer.from(`${header}.${payload}`);
  if (key === undefined || !verifySignature("sha256", input, key, Buffer.from(signature, "base64url"))) {
    throw new Error("Unauthorized");
  }
  return part(payload);
}

function part(base64url: string): Claims {
  return JSON.parse(Buffer.from(base64url, "base64url").toString()) as Claims;
}

export const handler = authorizer(verify);
export const primed = prime(verify);
