import { UsageError, type Terminal } from "./terminal.ts";
import type { Evidence } from "./walk.ts";

/** @throws UsageError where there is neither an argument nor something piped in */
export async function tokenFrom(argument: string | undefined, { readInput }: Terminal): Promise<string> {
  const text = argument === undefined || argument === "-" ? await readInput() : argument;
  if (text === undefined) throw new UsageError("no token: give it as an argument, or pipe it in");
  return text.trim();
}

/** What was copied may be the token alone, the header's value, or the whole header line. */
export function credentialsIn(text: string): Evidence {
  const value = text.replace(/^authorization:\s*/i, "");
  const header = value === "" || /\s/.test(value) ? value : `Bearer ${value}`;
  return { credentials: { headers: header === "" ? [] : [header], parameters: [], parameterAllowed: false } };
}
