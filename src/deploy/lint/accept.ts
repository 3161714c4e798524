import { RULE_NAMES, type Finding, type RuleName } from "./rules/rules.ts";
import { toRecord, toText } from "./values.ts";

/** A finding that was reviewed. A member that is not given matches all. */
export interface Acceptance {
  readonly rule: RuleName;
  /** The logical ID, as the finding has it. */
  readonly resource?: string;
  /** The route, as the finding has it: `GET /health`. */
  readonly route?: string;
  /** For readers of the file. */
  readonly reason?: string;
}

/** Leaves out what is accepted, and says what of it there is not. */
export function applyAcceptances(
  findings: readonly Finding[],
  acceptances: readonly Acceptance[],
): { readonly kept: readonly Finding[]; readonly unmatched: readonly Finding[] } {
  const kept = findings.filter((finding) => !acceptances.some((acceptance) => matches(acceptance, finding)));
  const unmatched = acceptances
    .filter((acceptance) => !findings.some((finding) => matches(acceptance, finding)))
    .map(({ rule, resource, route }): Finding => ({
      rule: "unmatched-acceptance",
      severity: "warning",
      resource: resource ?? route ?? rule,
      found: `${[rule, resource, route].filter(Boolean).join(", ")} is accepted, but does not occur`,
    }));
  return { kept, unmatched };
}

function matches({ rule, resource, route }: Acceptance, finding: Finding): boolean {
  return (
    rule === finding.rule &&
    (resource === undefined || resource === finding.resource) &&
    (route === undefined || route === finding.route)
  );
}

/**
 * Reads a list of acceptances: `[{ "rule": …, "resource": …, "route": …, "reason": … }]`, each with a resource or a
 * route.
 *
 * @throws TypeError naming what is wrong with which of them
 */
export function readAcceptances(value: unknown): Acceptance[] {
  if (!Array.isArray(value)) throw new TypeError("it must be a list of accepted findings");
  return value.map((entry: unknown, index) => {
    const { rule, resource, route, reason, ...others } = toRecord(entry);
    const name = RULE_NAMES.find((each) => each === rule);
    const number = `entry ${index + 1}`;
    if (name === undefined) throw new TypeError(`${number}: there is no rule ${toText(rule) ?? ""}`);
    const [unknown] = Object.keys(others);
    if (unknown !== undefined)
      throw new TypeError(`${number}: ${unknown} is not one of rule, resource, route, reason`);
    const texts = Object.entries({ resource, route, reason }).filter(([, text]) => text !== undefined);
    if (texts.some(([, text]) => typeof text !== "string" || text === ""))
      throw new TypeError(`${number}: resource, route and reason must be strings`);
    if (resource === undefined && route === undefined)
      throw new TypeError(`${number}: it must name a resource or a route`);
    return { rule: name, ...Object.fromEntries(texts) };
  });
}
