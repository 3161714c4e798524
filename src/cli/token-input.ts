import type { EvaluationStep } from "../authorizer/evaluate.ts";
import { readPastedCredential } from "./pasted-text.ts";
import { UsageError, type Terminal } from "./terminal.ts";

/** What is to be evaluated: an event of a gateway, or one that was made around a token. */
export interface Evidence {
  readonly event: unknown;
  /** Steps that say nothing about a token alone. */
  readonly hiddenSteps: readonly EvaluationStep[];
}

/** An API that exists nowhere. */
const NO_API = "arn:aws:execute-api:us-east-1:123456789012:explained/stage/GET/";

/**
 * The token, or the value of an Authorization header, of an argument or of standard input. Quotes, line ends and what
 * else copying adds are taken off.
 *
 * @throws UsageError where there is neither an argument nor something piped in, or where it holds no token or several
 */
export async function tokenFrom(argument: string | undefined, { readInput }: Terminal): Promise<string> {
  const text = argument === undefined || argument === "-" ? await readInput() : argument;
  if (text === undefined) throw new UsageError("no token: pipe it in, or give it as an argument");
  const credential = readPastedCredential(text);
  if (credential.replace(/^bearer\b/i, "").trim() === "")
    throw new UsageError(
      "the token is empty: copy it again, or check that the variable or the file contains it",
    );
  return credential;
}

/** An event of a gateway around what {@link tokenFrom} returned. */
export function getEvidence(credential: string): Evidence {
  const authorizationToken = /\s/.test(credential) ? credential : `Bearer ${credential}`;
  return {
    event: { type: "TOKEN", methodArn: NO_API, authorizationToken },
    hiddenSteps: ["event", "identity-source", "stage", "route"],
  };
}
