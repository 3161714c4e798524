import { round, svg } from "./svg.ts";

/** A bar that ends where half of the rounds were below, with a whisker over the middle half of them. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Whether it is the product's. */
  readonly own: boolean;
}

export interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly goal?: number;
}

const WIDTH = 820;
const LABELS = 230;
const VALUES = 60;
const ROW = 22;
const TITLE = 40;
// The colours of bench/fleet/plot.ts.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .small { font-size: 10.5px; fill: #57606a; }
  .peer { fill: #8c959f; fill-opacity: .55; }
  .own { fill: #0969da; }
  .whisker { stroke: #57606a; stroke-width: 1.2; fill: none; }
  .goal { stroke: #1a7f37; stroke-dasharray: 5 4; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9da7b3; }
    .own { fill: #58a6ff; } .whisker { stroke: #c9d1d9; } .goal { stroke: #3fb950; }
  }`;

/** Groups of horizontal bars, one below the other, as an SVG that reads on light and on dark pages. */
export function drawBars(groups: readonly Group[]): string {
  let top = 0;
  const drawn = groups.map((group) => {
    const text = `<g transform="translate(0 ${top})">${drawGroup(group)}</g>`;
    top += TITLE + group.bars.length * ROW + 14;
    return text;
  });
  return svg({ width: WIDTH, height: top }, STYLE, drawn);
}

function drawGroup({ title, bars, goal }: Group): string {
  const most = Math.max(goal ?? 0, ...bars.map(({ value, high }) => Math.min(high, value * 1.5)));
  const x = (value: number): number =>
    round(LABELS + ((WIDTH - LABELS - VALUES) * Math.min(value, most)) / most);
  const bottom = TITLE + bars.length * ROW;
  return [
    `<text class="title" x="4" y="24">${title}</text>`,
    ...bars.map((bar, index) => drawBar(bar, TITLE + index * ROW, x)),
    ...(goal === undefined
      ? []
      : [
          `<path class="goal" d="M${x(goal)} ${TITLE - 8}V${bottom}"/>`,
          `<text class="small" text-anchor="middle" x="${x(goal)}" y="${TITLE - 11}">goal ${goal}</text>`,
        ]),
  ].join("\n");
}

function drawBar({ name, value, low, high, own }: Bar, y: number, x: (value: number) => number): string {
  const middle = y + ROW / 2 - 2;
  return [
    `<text text-anchor="end" x="${LABELS - 8}" y="${middle + 4}">${name}</text>`,
    `<rect class="${own ? "own" : "peer"}" x="${LABELS}" y="${y}" width="${round(x(value) - LABELS)}" height="${ROW - 5}"/>`,
    `<path class="whisker" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 3}v6M${x(high)} ${middle - 3}v6"/>`,
    `<text class="small" x="${Math.max(x(high), x(value)) + 6}" y="${middle + 4}">${value.toFixed(2)}</text>`,
  ].join("");
}
