/** What a service answers to one call. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const HEADERS = { "content-type": "text/xml" };

/** An answer of AWS's query protocol. */
export function xml(action: string, result: string): Answer {
  const body = `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
  return { headers: HEADERS, body };
}

/** One element, with its text escaped. */
export function element(name: string, text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<${name}>${escaped}</${name}>`;
}

export function elements(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, text]) => element(name, text))
    .join("");
}

export function members(items: readonly string[]): string {
  return items.map((item) => `<member>${item}</member>`).join("");
}

export function failure(code: string, message: string, status = 400): Answer {
  const error = elements({ Code: code, Message: message });
  return { status, headers: HEADERS, body: `<ErrorResponse><Error>${error}</Error></ErrorResponse>` };
}
