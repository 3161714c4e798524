import { ANSWER_CASES } from "./answer-cases.ts";
import { CACHE_CASES } from "./cache-cases.ts";
import type { Case } from "./case.ts";
import { KEY_CASES } from "./key-cases.ts";
import { IDENTITY_CASES } from "./identity-cases.ts";
import { ROUTE_CASES } from "./route-cases.ts";

/** Everything that gateways are asked, and first what matters most of what is not verified. */
export const CASES: readonly Case[] = [
  ...KEY_CASES,
  ...ROUTE_CASES,
  ...IDENTITY_CASES,
  ...ANSWER_CASES,
  ...CACHE_CASES,
];
