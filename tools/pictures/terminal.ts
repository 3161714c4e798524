import { runCommand } from "../../src/cli/commands.ts";

/** A command that was typed, and what it wrote, with the codes for colours in it. */
export interface Scene {
  readonly typed: string;
  readonly output: string;
}

/** Runs the tool for real, on a terminal that has colours. */
export async function recordScene(
  typed: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Scene> {
  let output = "";
  await runCommand(args, {
    env,
    colour: true,
    clock: Date.now,
    write: (text) => (output += text),
    writeError: () => undefined,
    readInput: () => Promise.resolve(undefined),
    untilStopped: () => Promise.resolve(),
  });
  return { typed, output };
}

interface Line {
  readonly text: string;
  /** When it appears, in seconds. */
  readonly at: number;
}

const COLUMNS = 84;
const FONT_SIZE = 13;
const CHARACTER = 7.83;
const LINE_HEIGHT = 19;
const MARGIN = 20;
/** What turns a colour on or off. */
// eslint-disable-next-line no-control-regex -- a terminal's codes are control characters
const COLOUR_CODES = /\u001b\[\d*m/g;
const SECONDS_BETWEEN_LINES = 0.06;
const SECONDS_TO_READ = 1.5;
const COLOURS: Readonly<Record<string, string>> = {
  "1": "#ffffff",
  "2": "#9aa0b4",
  "31": "#ff9d94",
  "32": "#6fd39a",
  "33": "#f1bd6a",
};

/** The scenes one after the other, line by line; all at once for readers who want no motion. */
export function toSvg(title: string, scenes: readonly Scene[]): string {
  const lines = timed(scenes);
  const [width, height] = [COLUMNS * CHARACTER + 2 * MARGIN, lines.length * LINE_HEIGHT + 2 * MARGIN];
  const delays = lines.map(({ at }, index) => `#l${index}{animation-delay:${at.toFixed(2)}s}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>
text{font:${FONT_SIZE}px ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#e9ebf3;white-space:pre;animation:appear .01s both}
${delays}
@keyframes appear{from{visibility:hidden}to{visibility:visible}}
@media (prefers-reduced-motion:reduce){text{animation:none}}
</style>
<rect width="100%" height="100%" rx="10" fill="#1c1e26"/>
${lines.map(({ text }, index) => svgLine(text, index)).join("\n")}
</svg>
`;
}

function timed(scenes: readonly Scene[]): readonly Line[] {
  let at = 0.3;
  return scenes.flatMap(({ typed, output }, index) => {
    const lines = [`\u001b[1m$ ${typed}\u001b[0m`, ...output.trimEnd().split("\n").flatMap(wrapped)];
    const shown = lines.map((text, line) => ({
      text,
      at: at + (line > 0 ? 0.5 : 0) + line * SECONDS_BETWEEN_LINES,
    }));
    at = (shown.at(-1)?.at ?? at) + SECONDS_TO_READ;
    return index === 0 ? shown : [{ text: "", at }, ...shown];
  });
}

/** At a space. What follows is in the same colour, below the text after the line's mark and name. */
function wrapped(line: string): readonly string[] {
  const plain = line.replace(COLOUR_CODES, "");
  if (plain.length <= COLUMNS) return [line];
  const hidden = line.length - plain.length;
  // A line's only colour is that of its mark, or of all of it.
  // eslint-disable-next-line no-control-regex -- as above
  const colour = /^\u001b\[\d*m/.exec(line)?.[0] ?? "";
  const end = line.lastIndexOf(" ", COLUMNS + hidden);
  const indent = /^ *(?:\S [\w-]+ +)?/.exec(plain)?.[0].length ?? 0;
  return [line.slice(0, end), ...wrapped(colour + " ".repeat(indent) + line.slice(end + 1))];
}

function svgLine(line: string, index: number): string {
  let column = 0;
  const [plain = "", ...coloured] = line.split("\u001b[");
  const spans = [{ code: "0", text: plain }, ...coloured.map(colouredPart)].map(({ code, text }) => {
    const x = MARGIN + column * CHARACTER;
    column += text.length;
    return text.trim() === "" ? "" : span(text, x, COLOURS[code]);
  });
  const y = MARGIN + (index + 0.75) * LINE_HEIGHT;
  return `<text id="l${index}" y="${y.toFixed(1)}">${spans.join("")}</text>`;
}

function colouredPart(part: string): { readonly code: string; readonly text: string } {
  const end = part.indexOf("m");
  return { code: part.slice(0, end), text: part.slice(end + 1) };
}

/** Whatever font a viewer has, columns stay columns. */
function span(text: string, x: number, colour: string | undefined): string {
  const fill = colour === undefined ? "" : ` fill="${colour}"`;
  const visible = text.trimStart();
  const start = x + (text.length - visible.length) * CHARACTER;
  const width = (visible.trimEnd().length * CHARACTER).toFixed(1);
  return `<tspan x="${start.toFixed(1)}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${fill}>${escaped(visible.trimEnd())}</tspan>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
