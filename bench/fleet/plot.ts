import { round, svg } from "../svg.ts";
import type { Chapter } from "./scenario.ts";

/** A line over the minutes of the scenario. */
interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly limit?: { readonly value: number; readonly name: string };
}

const WIDTH = 820;
const PANEL = { left: 52, right: 16, top: 44, height: 170, gap: 88 };
const HOUR = 3_600_000;
const INNER_WIDTH = WIDTH - PANEL.left - PANEL.right;
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .small { font-size: 10.5px; fill: #57606a; }
  .axis { stroke: #8c959f; stroke-width: 1; fill: none; }
  .grid { stroke: #8c959f; stroke-opacity: .25; }
  .chapter { fill: #8c959f; fill-opacity: .13; }
  .limit { stroke: #57606a; stroke-dasharray: 5 4; }
  .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
  .line0 { stroke: #0969da; } .line1 { stroke: #1a7f37; } .line2 { stroke: #cf5b00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9da7b3; } .limit { stroke: #9da7b3; }
    .line0 { stroke: #58a6ff; } .line1 { stroke: #3fb950; } .line2 { stroke: #f0883e; }
  }`;

/** Panels one below the other, as an SVG that reads on light and on dark pages. */
export function plot(panels: readonly Panel[], chapters: readonly Chapter[], end: number): string {
  const height = panels.length * (PANEL.height + PANEL.gap) + 24;
  const drawn = panels.map((panel, index) => {
    const offset = index * (PANEL.height + PANEL.gap) + PANEL.top;
    return `<g transform="translate(${PANEL.left} ${offset})">${drawPanel(panel, chapters, end)}</g>`;
  });
  return svg({ width: WIDTH, height }, STYLE, drawn);
}

function drawPanel(panel: Panel, chapters: readonly Chapter[], end: number): string {
  const most = Math.max(panel.limit?.value ?? 0, ...panel.lines.flatMap(({ values }) => values)) * 1.08;
  const y = (value: number): number => round(PANEL.height * (1 - value / most));
  const x = (share: number): number => round(INNER_WIDTH * share);
  return [
    `<text class="title" x="0" y="-24">${panel.title}</text>`,
    ...chapters.map((chapter) => drawChapter(chapter, end, x)),
    ...ticks(most).map(
      (value) =>
        `<path class="grid" d="M0 ${y(value)}H${INNER_WIDTH}"/><text class="small" text-anchor="end" x="-6" y="${y(value) + 4}">${value}</text>`,
    ),
    ...(panel.limit === undefined ? [] : [drawLimit(panel.limit, y)]),
    ...panel.lines.map((line, index) => drawLine(line, index, x, y)),
    `<path class="axis" d="M0 0V${PANEL.height}H${INNER_WIDTH}"/>`,
    ...hours(end).map(
      (hour) =>
        `<text class="small" text-anchor="middle" x="${x((hour * HOUR) / end)}" y="${PANEL.height + 15}">${hour} h</text>`,
    ),
    ...panel.lines.map(({ name }, index) => drawLegend(name, index)),
  ].join("\n");
}

function drawChapter({ title, from, to }: Chapter, end: number, x: (share: number) => number): string {
  const left = x(from / end);
  const area = `<rect class="chapter" x="${left}" y="0" width="${x((to - from) / end)}" height="${PANEL.height}"/>`;
  return `${area}<text class="small" x="${left}" y="-5">${title}</text>`;
}

function drawLimit({ value, name }: { value: number; name: string }, y: (value: number) => number): string {
  const line = `<path class="limit" d="M0 ${y(value)}H${INNER_WIDTH}"/>`;
  return `${line}<text class="small" text-anchor="end" x="${INNER_WIDTH}" y="${y(value) - 4}">${name}</text>`;
}

function drawLine(
  { values }: Line,
  index: number,
  x: (share: number) => number,
  y: (value: number) => number,
): string {
  const points = values.map((value, minute) => `${x((minute + 0.5) / values.length)} ${y(value)}`);
  return `<path class="line line${index}" d="M${points.join("L")}"/>`;
}

function drawLegend(name: string, index: number): string {
  const left = index * 190;
  const base = PANEL.height + 34;
  return `<path class="line line${index}" d="M${left} ${base - 4}h20"/><text x="${left + 26}" y="${base}">${name}</text>`;
}

function hours(end: number): readonly number[] {
  return Array.from({ length: Math.floor(end / HOUR) + 1 }, (_, hour) => hour);
}

/** Three or four round values. */
function ticks(most: number): readonly number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? most;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => round(index * step));
}
