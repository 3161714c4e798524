import type { Context } from "./route.ts";

const MAX_LENGTH = 10_000;

/** A form (application/x-www-form-urlencoded). Answers 413 where it is longer than any form of the tenant. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(ctx));
}

/**
 * The members of a JSON object that are strings. Answers 400 where the body is not a JSON object, and 415 where it is not
 * called JSON: a page elsewhere may send anything else without asking first (CORS).
 */
export async function readJson(ctx: Context): Promise<Readonly<Record<string, string>>> {
  if (!ctx.is("application/json")) ctx.throw(415, "Content-Type: application/json only.", { expose: true });
  const body = parse(await readText(ctx));
  if (typeof body !== "object" || body === null) ctx.throw(400, "The body is not a JSON object.");
  const strings = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(strings);
}

async function readText(ctx: Context): Promise<string> {
  let text = "";
  for await (const chunk of ctx.req.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > MAX_LENGTH) ctx.throw(413);
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
