import { mayContainEmail } from "../logging/redact.ts";

/** What the commands take from the process that runs them, so that tests can give them something else. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  /** Takes text, line ends included. */
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Standard input to its end; undefined on a terminal, where it would have to be typed. */
  readonly readInput: () => Promise<string | undefined>;
  /** Whether what is written may have colours. */
  readonly colour: boolean;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Ends once the command is to stop: Ctrl-C, or a signal to terminate. */
  readonly untilStopped: () => Promise<void>;
}

/** 0: all is well. */
export const EXIT = { well: 0, problem: 1, usage: 2, undecided: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line asks for something that there is not. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Style = "good" | "bad" | "careful" | "faint" | "strong";

const CODES: Readonly<Record<Style, number>> = { good: 32, bad: 31, careful: 33, faint: 2, strong: 1 };

const SLOW_MS = 400;

const HIDDEN_EMAIL = "(email hidden)";

/** Text in a colour that means something. Without colours the words must say the same. */
export function paint(terminal: Pick<Terminal, "colour">, style: Style, text: string): string {
  return terminal.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** Text that may quote a file or an argument, without anything that a terminal would obey; lines stay lines. */
export function withoutControls(text: string): string {
  return text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

/** One line of JSON without anything that a terminal would obey: it reads as the same value. */
export function safeJson(value: object): string {
  // By UTF-16 code units, as JSON's escapes are.
  const text = JSON.stringify(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character.split("").map(escapeUnit).join(""),
  );
  return `${text}\n`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** What may be shown of an email claim: that it is there, or a value that is not a string. */
export function hiddenEmail(value: unknown): unknown {
  return typeof value === "string" && value !== "" ? HIDDEN_EMAIL : withoutEmails(value);
}

/** A JSON value in which every text that may hold an email address is hidden, the names of members too. */
export function withoutEmails(value: unknown): unknown {
  if (typeof value === "string") return mayContainEmail(value) ? HIDDEN_EMAIL : value;
  if (Array.isArray(value)) return value.map(withoutEmails);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [withoutEmails(name), withoutEmails(member)]),
  );
}

/** Says on standard error what is being waited for, once it takes long enough to wonder. */
export async function withProgress<T>(
  { writeError }: Pick<Terminal, "writeError">,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => writeError(`${what} …\n`), SLOW_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
