import { RULES, toPrintable, type Finding, type Report, type Severity } from "../../deploy/lint/lint.ts";
import { paint, type Style, type Terminal } from "../terminal.ts";

const STYLES: Readonly<Record<Severity, Style>> = {
  error: "bad",
  warning: "careful",
  "not checked": "strong",
};
const SEVERITIES = Object.keys(STYLES) as readonly Severity[];

/** What was found in a template: each finding with what it is, why it matters and what to write. */
export function formatReport(
  path: string,
  { findings, counts, accepted }: Report,
  terminal: Pick<Terminal, "colour">,
): string {
  const numbers = SEVERITIES.map((severity) => countOf(findings, severity));
  const style = findings.length === 0 ? "good" : findings.some(isError) ? "bad" : "careful";
  const { routes, guarded, open, notRead } = counts;
  return [
    paint(terminal, style, toPrintable(`${path}: ${numbers.join(", ")}`)),
    `  ${plural(routes, "route")} read: ${guarded} guarded, ${counts.public} public, ${open} open, ${notRead} not read`,
    ...(accepted > 0 ? [`  ${plural(accepted, "finding")} accepted`] : []),
    ...SEVERITIES.flatMap((severity) =>
      findings
        .filter((finding) => finding.severity === severity)
        .map((each) => formatFinding(each, terminal)),
    ),
    "",
  ].join("\n");
}

function formatFinding(
  { rule, severity, resource, route, found }: Finding,
  terminal: Pick<Terminal, "colour">,
): string {
  const { why, fix } = RULES[rule];
  const place = toPrintable(route === undefined ? resource : `${resource} (${route})`);
  return [
    `  ${paint(terminal, STYLES[severity], severity)} ${rule}: ${place}`,
    `    found: ${toPrintable(found)}`,
    `    why:   ${why}`,
    `    write: ${fix}`,
  ].join("\n");
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}

function countOf(findings: readonly Finding[], severity: Severity): string {
  const count = findings.filter((finding) => finding.severity === severity).length;
  return severity === "not checked" ? `${count} not checked` : plural(count, severity);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
