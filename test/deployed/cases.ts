import { ANSWER_CASES } from "./answer-cases.ts";
import { CACHE_CASES } from "./cache-cases.ts";
import type { Case } from "./case.ts";
import { IDENTITY_CASES } from "./identity-cases.ts";

/** Everything that gateways are asked. */
export const CASES: readonly Case[] = [...IDENTITY_CASES, ...ANSWER_CASES, ...CACHE_CASES];
