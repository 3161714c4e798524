import { parseArgs } from "node:util";
import { editDistance } from "../src/settings/misspelling.ts";
import { freePortsFrom, isFree, type Ports } from "./ports.ts";

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly ports: Ports & { readonly page: number };
  /** Print all that serverless-offline prints. */
  readonly verbose: boolean;
  /** Bundle `src` into `dist/` first. */
  readonly build: boolean;
}

/** An error of the person who typed the command: what is wrong, and what to do next. */
export class UsageError extends Error {}

type Part = keyof StartOptions["ports"];

/** Not serverless-offline's own ports, 3000 to 3002: these are for a service beside this one. */
const PARTS: Readonly<Record<Part, { readonly flag: string; readonly port: number; readonly what: string }>> =
  {
    page: { flag: "--page-port", port: 4001, what: "the page" },
    tenant: { flag: "--tenant-port", port: 4000, what: "the tenant" },
    http: { flag: "--http-port", port: 4010, what: "REST and HTTP APIs" },
    webSocket: { flag: "--websocket-port", port: 4011, what: "WebSocket API" },
    lambda: { flag: "--lambda-port", port: 4012, what: "serverless-offline's Lambda API" },
  };
const PART_NAMES = Object.keys(PARTS) as Part[];
const SWITCHES = ["--verbose", "--no-build", "--help"];
const FLAGS = [...PART_NAMES.map((part) => PARTS[part].flag), ...SWITCHES];
const SIMILAR = 3;
const LARGEST_PORT = 65_535;

export const USAGE = `Runs the tenant, the authorizer and a protected API on this machine. No account is needed.

  npm start -- [options]

${PART_NAMES.map((part) => PARTS[part])
  .map(usageOfPort)
  .join("\n")}
  --verbose                print all that serverless-offline prints
  --no-build               take dist/ as it is
  --help                   this text
`;

function usageOfPort({ flag, port, what }: (typeof PARTS)[Part]): string {
  return `  ${`${flag} PORT`.padEnd(24)} ${what} (default: ${port})`;
}

/** What `parseArgs` makes of a word. */
type Token =
  | { readonly kind: "option"; readonly rawName: string; readonly value: string | undefined }
  | { readonly kind: "positional"; readonly value: string }
  | { readonly kind: "option-terminator" };

/**
 * Reads the words after `npm start --`. Undefined where help is asked for.
 *
 * @throws UsageError with every issue in it
 */
export function readOptions(args: readonly string[]): StartOptions | undefined {
  const options = Object.fromEntries(PART_NAMES.map((part) => [nameOf(part), { type: "string" as const }]));
  const tokens: Token[] = parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
  const given = new Map<string, string | undefined>();
  for (const token of tokens) if (token.kind === "option") given.set(token.rawName, token.value);
  if (given.has("--help")) return undefined;
  const port = (part: Part): number => Number(given.get(PARTS[part].flag) ?? PARTS[part].port);
  const ports = {
    page: port("page"),
    tenant: port("tenant"),
    http: port("http"),
    webSocket: port("webSocket"),
    lambda: port("lambda"),
  };
  failWith([...tokens.filter(isNoForeignValue).flatMap(findIssue), ...portsThatAreEqual(ports)]);
  return { ports, verbose: given.has("--verbose"), build: !given.has("--no-build") };
}

/**
 * Looks whether all ports are free.
 *
 * @throws UsageError that names each port that is taken, and the options that choose others
 */
export async function assertFree(ports: StartOptions["ports"]): Promise<void> {
  const free = await Promise.all(PART_NAMES.map((part) => isFree(ports[part])));
  const taken = PART_NAMES.filter((_, index) => free[index] === false);
  if (taken.length === 0) return;
  const others = await freePortsFrom(Math.max(...PART_NAMES.map((part) => ports[part])) + 1, taken.length);
  const choice = taken.map((part, index) => `${PARTS[part].flag} ${others[index] ?? "PORT"}`).join(" ");
  throw new UsageError(
    [
      ...taken.map((part) => `Port ${ports[part]} (${PARTS[part].what}) is taken: ${PARTS[part].flag}`),
      `Stop what listens there, or choose other ports: npm start -- ${choice}`,
    ].join("\n"),
  );
}

function failWith(issues: readonly string[]): void {
  if (issues.length > 0) throw new UsageError([...issues, "All options: npm start -- --help"].join("\n"));
}

/** False for the word behind an option that does not exist: most likely the value of that option. */
function isNoForeignValue({ kind }: Token, index: number, tokens: readonly Token[]): boolean {
  const before = tokens[index - 1];
  return kind !== "positional" || before?.kind !== "option" || FLAGS.includes(before.rawName);
}

function findIssue(token: Token): readonly string[] {
  if (token.kind === "option-terminator") return [];
  if (token.kind === "positional") {
    return [`${token.value} is not an option. Options follow a --, as in: npm start -- --page-port 4002`];
  }
  const { rawName, value } = token;
  if (SWITCHES.includes(rawName)) return value === undefined ? [] : [`${rawName} takes no value.`];
  if (!FLAGS.includes(rawName)) return [`npm start has no option ${rawName}.${suggestion(rawName)}`];
  if (isPort(value)) return [];
  const instead = value === undefined ? "and it was left out" : `not ${JSON.stringify(value)}`;
  return [`${rawName} is a number from 1 to ${LARGEST_PORT}, ${instead}.`];
}

function suggestion(flag: string): string {
  const [nearest = ""] = FLAGS.toSorted((a, b) => editDistance(flag, a) - editDistance(flag, b));
  return editDistance(flag, nearest) <= SIMILAR ? ` Did you mean ${nearest}?` : "";
}

function isPort(value: string | undefined): boolean {
  return /^\d{1,5}$/.test(value ?? "") && Number(value) >= 1 && Number(value) <= LARGEST_PORT;
}

function portsThatAreEqual(ports: StartOptions["ports"]): string[] {
  return PART_NAMES.flatMap((part, index) => {
    const twin = PART_NAMES.slice(0, index).find((earlier) => ports[earlier] === ports[part]);
    if (twin === undefined) return [];
    return [`${PARTS[twin].flag} and ${PARTS[part].flag} are both ${ports[part]}. Each needs its own port.`];
  });
}

function nameOf(part: Part): string {
  return PARTS[part].flag.slice("--".length);
}
