import type { Application } from "./directory.ts";
import type { Context } from "./route.ts";

const PREFLIGHT_SECONDS = "3600";

/**
 * Lets the pages of these applications read the answer, and answers their preflight. A preflight names no application,
 * so any of theirs will do for it: the request itself is held to its own.
 *
 * @param credentials whether cookies go along
 */
export function allowPages(
  ctx: Context,
  applications: readonly Application[],
  { credentials = false }: { readonly credentials?: boolean } = {},
): void {
  const origin = ctx.get("Origin");
  ctx.vary("Origin");
  if (!applications.some(({ origins }) => origins.includes(origin))) return;
  ctx.set("Access-Control-Allow-Origin", origin);
  if (credentials) ctx.set("Access-Control-Allow-Credentials", "true");
  if (ctx.method !== "OPTIONS") return;
  ctx.set("Access-Control-Allow-Methods", "POST");
  ctx.set("Access-Control-Allow-Headers", ctx.get("Access-Control-Request-Headers"));
  ctx.set("Access-Control-Max-Age", PREFLIGHT_SECONDS);
}
