import { readFileSync } from "node:fs";
import { ISSUER, type Jwk } from "./request.ts";

/** The same file that the product starts from, where this run has one. */
export function keysAtHand(): { keys: Jwk[] } | undefined {
  const file = process.env["BENCH_KEYS"];
  if (file === undefined) return undefined;
  const { keySets } = JSON.parse(readFileSync(file, "utf8")) as {
    keySets: Record<string, { keys: Jwk[] }>;
  };
  return keySets[ISSUER];
}
