import { createPublicKey, verify, type JsonWebKey } from "node:crypto";
import type { Subject } from "./timing.ts";

/** The unit of all that is warm: one RS256 signature, with a ready key and ready bytes. */
export function bareVerification(tokens: readonly string[], jwk: JsonWebKey): Subject {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const parts = tokens.map((token) => {
    const dot = token.lastIndexOf(".");
    return [Buffer.from(token.slice(0, dot)), Buffer.from(token.slice(dot + 1), "base64url")] as const;
  });
  return {
    name: "bare",
    run: (index) => {
      const [input, signature] = parts[index % parts.length] ?? [Buffer.of(), Buffer.of()];
      if (!verify("sha256", input, key, signature)) throw new Error("the token of the measurement is wrong");
    },
  };
}
