import { importsOfSource } from "./imports.ts";

/** One import of a room by another. */
interface Import {
  readonly from: string;
  readonly to: string;
}

const BEGIN = "<!-- picture: written by npm run docs -->";
const FINISH = "<!-- picture: end -->";
/** Entries of their own beside the Lambda's: each may see the rooms, and no room sees it. */
const DOORS: readonly string[] = ["cli", "testing", "reader", "verifier"];

/** The page with its two pictures drawn anew from the imports of `src`. */
export async function withPictures(page: string): Promise<string> {
  const [head = "", rest = ""] = page.split(BEGIN);
  const tail = rest.slice(rest.indexOf(FINISH));
  const imports = await importsOfRooms();
  const inLambda = imports.filter(({ from, to }) => !DOORS.includes(from) && !DOORS.includes(to));
  const ofDoors = imports.filter(({ from }) => DOORS.includes(from));
  const doors = "Four more entry points stand beside it, and nothing in the picture above imports them:";
  return `${head}${BEGIN}\n\n${mermaid(inLambda)}\n${doors}\n\n${sentences(ofDoors)}\n${tail}`;
}

async function importsOfRooms(): Promise<readonly Import[]> {
  const { modules } = await importsOfSource();
  const imports = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => ({ from: roomOf(source), to: roomOf(resolved) })),
  );
  const pairs = imports.filter(({ from, to }) => from !== "" && to !== "" && from !== to);
  const unique = new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair]));
  return [...unique.keys()].sort().flatMap((key) => unique.get(key) ?? []);
}

/** A room is a folder of `src`, or a file that lies in none. Everything else is the world outside: "". */
function roomOf(path: string): string {
  if (path.includes("aws-jwt-verify")) return "aws-jwt-verify";
  return /^src\/([^/.]+)/.exec(path)?.[1] ?? "";
}

function mermaid(imports: readonly Import[]): string {
  const lines = imports.map(({ from, to }) => `  ${from} --> ${to}`);
  return `\`\`\`mermaid\nflowchart TD\n${lines.join("\n")}\n\`\`\`\n`;
}

function sentences(imports: readonly Import[]): string {
  return DOORS.map((door) => {
    const seen = imports.filter(({ from }) => from === door).map(({ to }) => `\`${to}\``);
    return `- \`${door}\` sees ${seen.join(", ")}.\n`;
  }).join("");
}
