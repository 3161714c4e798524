/** Names and values in their order and case, repeated where sent twice. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** A request as it comes out of the client. What is left out is `GET /whoami` without headers, query and body. */
export interface ClientRequest {
  readonly method?: string;
  /** The real path, as sent, without the stage. */
  readonly path?: string;
  readonly headers?: Fields;
  readonly query?: Fields;
  /** The query as sent, still encoded; made of `query` where left out. */
  readonly rawQuery?: string;
  readonly body?: string | undefined;
}

/** What `fetch` takes beside the target. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?:
    Fields | Iterable<readonly [string, string]> | Readonly<Record<string, string | string[]>>;
  readonly body?: string | undefined;
}

/** @param target path and query, without the stage: `/users/7?verbose=1` */
export function clientRequest(
  target: string,
  { method = "GET", headers = {}, body }: FetchOptions,
): Required<ClientRequest> {
  const [path = "/", ...rest] = target.split("?");
  const rawQuery = rest.join("?");
  const query = [...new URLSearchParams(rawQuery)];
  return { method: method.toUpperCase(), path, headers: fields(headers), query, rawQuery, body };
}

/** A request with what its client left out. */
export function completed({ query = [], ...given }: ClientRequest): Required<ClientRequest> {
  const rawQuery = new URLSearchParams(query as [string, string][]).toString();
  return { method: "GET", path: "/whoami", headers: [], body: undefined, rawQuery, ...given, query };
}

/** The last value of a header, whatever its case. */
export function header(request: { readonly headers: Fields }, name: string): string | undefined {
  return headerValues(request, name).at(-1);
}

/** Every value of a header, whatever its case. */
export function headerValues({ headers }: { readonly headers: Fields }, name: string): readonly string[] {
  return headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

export function lowerCased(all: Fields): Fields {
  return all.map(([name, value]) => [name.toLowerCase(), value]);
}

/** By name; the values of one name stay in their order. */
export function sorted(all: Fields): Fields {
  return [...all].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export function grouped(all: Fields): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [name, value] of all) (groups[name] ??= []).push(value);
  return groups;
}

export function lastValues(all: Fields): Record<string, string> {
  return Object.fromEntries(all);
}

export function commaJoined(all: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(grouped(all)).map(([name, values]) => [name, values.join(",")]));
}

/** Headers in whatever form `fetch` takes them. */
export function fields(headers: FetchOptions["headers"] = {}): Fields {
  if (Symbol.iterator in headers) return [...headers];
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
}
