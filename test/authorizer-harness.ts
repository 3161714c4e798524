import { inspect } from "node:util";
import { createAuthorizer, type Authorizer } from "../src/authorizer/create-authorizer.ts";
import type { AuthorizerResponse } from "../src/authorizer/response.ts";
import type { Settings } from "../src/settings/settings.ts";
import { AuthorizerError } from "../src/errors.ts";
import type { SigningKey } from "../src/testing/signing-key.ts";
import { AUDIENCE, CLIENT_ID, EMAIL_CLAIM, ISSUER, NOW } from "./tokens.ts";

/** An authorizer with the tenant's keys at hand, at a clock that stands still. */
export interface UnderTest {
  readonly authorize: Authorizer;
  /** Every line that it has logged. */
  readonly lines: string[];
  /** How often it fetched keys. */
  readonly fetches: () => number;
}

export function underTest(published: readonly SigningKey[], options: Partial<Settings> = {}): UnderTest {
  const jwks = JSON.stringify({ keys: published.map(({ jwk }) => jwk) });
  const lines: string[] = [];
  let fetches = 0;
  const authorize = createAuthorizer(
    {
      domain: [ISSUER.slice("https://".length, -1)],
      clientIds: [CLIENT_ID],
      audiences: [AUDIENCE],
      emailClaim: EMAIL_CLAIM,
      ...options,
    },
    {
      clock: () => NOW * 1000,
      random: () => 0,
      write: (line) => void lines.push(line),
      fetch: () => ((fetches += 1), Promise.resolve(jwks)),
    },
  );
  return { authorize, lines, fetches: () => fetches };
}

/**
 * What a gateway would make of it; `told` is all that is said of a refusal: the context, or the error with its stack.
 * Whatever is thrown that is not ours has no place here and is thrown on.
 */
export type Verdict =
  | {
      readonly allowed: true;
      readonly response: AuthorizerResponse;
      readonly context: Readonly<Record<string, string>>;
    }
  | { readonly allowed: false; readonly status: 401 | 403 | 500; readonly told: () => string };

export async function verdictOf(authorize: Authorizer, event: unknown): Promise<Verdict> {
  try {
    const response = await authorize(event);
    const context = response.context as unknown as Record<string, string>;
    if (isAllowed(response)) return { allowed: true, response, context };
    return { allowed: false, status: 403, told: () => inspect(context) };
  } catch (error) {
    const told = (): string => inspect(error, { depth: 9 });
    if (error instanceof AuthorizerError) return { allowed: false, status: 500, told };
    if (error instanceof Error && error.message === "Unauthorized")
      return { allowed: false, status: 401, told };
    throw error;
  }
}

/** As strictly as a gateway reads it: a real boolean, or a policy whose first statement allows. */
function isAllowed(response: AuthorizerResponse): boolean {
  if ("isAuthorized" in response) return response.isAuthorized;
  return response.policyDocument.Statement[0]?.Effect === "Allow";
}

/** The reason in the last line of the log; undefined where the caller was allowed. */
export function lastReason({ lines }: UnderTest): string | undefined {
  const { reason } = JSON.parse(lines.at(-1) ?? "{}") as { reason?: string };
  return reason;
}
