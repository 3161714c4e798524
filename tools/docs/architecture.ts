import { importsOfSource } from "./imports.ts";

/** One import of a room by another. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

const BEGIN = "<!-- picture: written by npm run docs -->";
const FINISH = "<!-- picture: end -->";

/**
 * The rooms of the product from the top floor to the ground: a room is a folder of `src`, or a file that lies in none;
 * and the local tenant, which the command line starts.
 */
const FLOORS: readonly (readonly string[])[] = [
  ["handler", "index", "verifier", "cli"],
  ["authorizer", "testing"],
  ["identity", "revocation", "deploy"],
  ["apigateway", "token", "logging", "local/tenant"],
  ["errors", "rfc3339", "http", "settings", "local/sign-in"],
];

/** The page with its picture drawn anew from the imports of `src`. */
export async function withPictures(page: string): Promise<string> {
  const [head = "", rest = ""] = page.split(BEGIN);
  const tail = rest.slice(rest.indexOf(FINISH));
  return `${head}${BEGIN}\n\n${drawPicture(await readImports())}\n${tail}`;
}

/**
 * The floors, one above the other, and under each room what it imports.
 *
 * @throws Error with every import that the picture does not show: of a room on no floor, on the same floor, or upwards
 */
export function drawPicture(imports: readonly Import[]): string {
  const missing = imports.filter(({ from, to }) => !(floorOf(from) >= 0 && floorOf(from) < floorOf(to)));
  if (missing.length > 0) {
    const arrows = missing.map(({ from, to }) => `${from} → ${to}`);
    throw new Error(`the picture of docs/architecture.md does not show: ${arrows.join(", ")}`);
  }
  const rows = FLOORS.flatMap((rooms, index) =>
    rooms.map((room, place) => {
      const below = imports.filter(({ from }) => from === room).map(({ to }) => `\`${to}\``);
      return `| ${place === 0 ? String(FLOORS.length - index) : ""} | \`${room}\` | ${below.join(", ")} |`;
    }),
  );
  return `${drawFloors()}\n| floor | module | imports |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

function drawFloors(): string {
  const floors = FLOORS.map((rooms, index) => {
    const floor = FLOORS.length - index;
    return `  subgraph floor${floor}["floor ${floor}"]\n    ${rooms.join("\n    ")}\n  end\n`;
  });
  const stairs = FLOORS.slice(1).map(
    (_rooms, index) => `  floor${FLOORS.length - index} --> floor${FLOORS.length - index - 1}\n`,
  );
  return `\`\`\`mermaid\nflowchart TD\n${floors.join("")}${stairs.join("")}\`\`\`\n`;
}

/** From 0, the top floor, on; -1 for a room that stands on none. */
function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

async function readImports(): Promise<readonly Import[]> {
  const { modules } = await importsOfSource();
  const imports = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => ({ from: toRoom(source), to: toRoom(resolved) })),
  );
  const pairs = imports.filter(({ from, to }) => from !== undefined && to !== undefined && from !== to);
  const unique = new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair as Import]));
  return [...unique.keys()].sort().flatMap((key) => unique.get(key) ?? []);
}

/** Undefined for what lies neither in `src` nor in `local`. */
function toRoom(path: string): string | undefined {
  return /^src\/([^/.]+)/.exec(path)?.[1] ?? /^local\/[^/.]+/.exec(path)?.[0];
}
