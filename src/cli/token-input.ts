import { UsageError, type Terminal } from "./terminal.ts";
import type { Evidence } from "./walk.ts";

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
export function credentialsIn(text: string): Evidence {
  const value = headerValue(text);
  const header = /\s/.test(value) ? value : `Bearer ${value}`;
  return { credentials: { headers: [header], parameters: [], parameterAllowed: false } };
}

function headerValue(text: string): string {
  return text.trim().replace(/^authorization:\s*/i, "");
}
