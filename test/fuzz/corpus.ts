import { readFileSync, writeFileSync } from "node:fs";
import type { Finding } from "./campaign.ts";

const FILE = `${import.meta.dirname}/corpus.json`;

/** Cases that once were checked wrongly, or were worth keeping: every run begins with them. */
export function readCorpus(): readonly Finding[] {
  return JSON.parse(readFileSync(FILE, "utf8")) as readonly Finding[];
}

export function keepInCorpus(findings: readonly Finding[]): void {
  writeFileSync(FILE, `${JSON.stringify([...readCorpus(), ...findings], null, 2)}\n`);
}
