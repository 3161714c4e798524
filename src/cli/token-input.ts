import type { EvaluationStep } from "../authorizer/evaluate.ts";
import { UsageError, type Terminal } from "./terminal.ts";

/** What is to be evaluated: an event of a gateway, or one that was made around a token. */
export interface Evidence {
  readonly event: unknown;
  /** Steps that say nothing about a token alone. */
  readonly hiddenSteps: readonly EvaluationStep[];
}

/** An API that exists nowhere. */
const NO_API = "arn:aws:execute-api:us-east-1:123456789012:explained/stage/GET/";

/** @throws UsageError where there is neither an argument nor something piped in, or where it holds no token */
export async function tokenFrom(argument: string | undefined, { readInput }: Terminal): Promise<string> {
  const text = argument === undefined || argument === "-" ? await readInput() : argument;
  if (text === undefined) throw new UsageError("no token: pipe it in, or give it as an argument");
  if (
    headerValue(text)
      .replace(/^bearer\b/i, "")
      .trim() === ""
  )
    throw new UsageError("the token is empty: copy it again, or see that the variable or the file has it");
  return text.trim();
}

/** What was copied may be the token alone, the header's value, or the whole header line. */
export function getEvidence(text: string): Evidence {
  const value = headerValue(text);
  const authorizationToken = /\s/.test(value) ? value : `Bearer ${value}`;
  return {
    event: { type: "TOKEN", methodArn: NO_API, authorizationToken },
    hiddenSteps: ["event", "identity-source", "stage", "route"],
  };
}

function headerValue(text: string): string {
  return text.trim().replace(/^authorization:\s*/i, "");
}
