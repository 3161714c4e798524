/**
 * A small part of CloudWatch Logs Insights, enough to run the queries that we print over log lines: `filter` with `and`,
 * `stats count(*) as NAME by …`, `sort NAME desc` and `limit`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */

/** A log line as Insights discovers its fields: nested ones have names with dots. */
export type LogFields = ReadonlyMap<string, string>;

/** A row of the answer: the values in the order of `by`, and the count. */
export type Row = readonly [...values: string[], count: number];

/** Finds the fields of a JSON line. Insights shows an absent field as an empty cell. */
export function readFields(line: string): LogFields {
  const fields = new Map<string, string>();
  collect(JSON.parse(line), "", fields);
  return fields;
}

function collect(value: unknown, name: string, fields: Map<string, string>): void {
  if (typeof value !== "object" || value === null) {
    fields.set(name, String(value));
    return;
  }
  for (const [key, inner] of Object.entries(value))
    collect(inner, name === "" ? key : `${name}.${key}`, fields);
}

interface State {
  lines: Iterable<LogFields>;
  rows: Row[];
  countName: string;
}

/** @throws Error for anything that this part of the language does not have */
export function runQuery(query: string, lines: Iterable<LogFields>): readonly Row[] {
  const state: State = { lines, rows: [], countName: "" };
  for (const command of query.split("|").map((part) => part.trim())) run(command, state);
  return state.rows;
}

function run(command: string, state: State): void {
  const [, verb, rest = ""] = /^(\w+)\s+(.+)$/s.exec(command) ?? [];
  if (verb === "filter") state.lines = filtered(rest, state.lines);
  else if (verb === "stats") count(rest, state);
  else if (verb === "sort" && rest === `${state.countName} desc`)
    state.rows.sort((a, b) => Number(b.at(-1)) - Number(a.at(-1)));
  else if (verb === "limit" && /^\d+$/.test(rest)) state.rows = state.rows.slice(0, Number(rest));
  else throw new Error(`not supported: ${command}`);
}

function filtered(condition: string, lines: Iterable<LogFields>): readonly LogFields[] {
  const tests = condition.split(" and ").map(toTest);
  return Array.from(lines).filter((fields) => tests.every((test) => test(fields)));
}

function toTest(text: string): (fields: LogFields) => boolean {
  const [, present] = /^ispresent\(([\w.]+)\)$/.exec(text) ?? [];
  if (present !== undefined) return (fields) => fields.has(present);
  const [, name = "", operator, value] = /^([\w.]+) (=|!=) "([^"]*)"$/.exec(text) ?? [];
  if (operator === undefined) throw new Error(`not supported: ${text}`);
  return (fields) => (fields.get(name) === value) === (operator === "=");
}

function count(rest: string, state: State): void {
  const [, countName, by] = /^count\(\*\) as (\w+) by ([\w., ]+)$/.exec(rest) ?? [];
  if (countName === undefined || by === undefined) throw new Error(`not supported: ${rest}`);
  const names = by.split(",").map((name) => name.trim());
  const counts = new Map<string, number>();
  for (const fields of state.lines) {
    const key = JSON.stringify(names.map((name) => fields.get(name) ?? ""));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  state.countName = countName;
  state.rows = Array.from(counts, ([key, calls]) => [...(JSON.parse(key) as string[]), calls]);
}
