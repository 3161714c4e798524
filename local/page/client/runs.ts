import type { Case, Scene, Situation } from "./cases.ts";
import { byId, h } from "./dom.ts";
import { outcomeOf, timeline, type Outcome } from "./timeline.ts";
import { GATEWAYS, type PageConfig } from "./trace.ts";

/** Plays a demonstration, one at a time, and shows what came of it. */
export async function perform(title: string, situation: Situation, play: Case["play"]): Promise<void> {
  const happened = byId("happened", HTMLElement);
  if (happened.ariaBusy === "true") return;
  say(`${title} …`);
  // The buttons keep the focus, but do nothing twice.
  happened.ariaBusy = "true";
  try {
    show(title, await play(situation), situation);
  } catch (error) {
    report(error);
  } finally {
    happened.ariaBusy = "false";
  }
}

function show(title: string, scenes: readonly Scene[], { gateway, config }: Situation): void {
  const runs = scenes.map((scene, index) => {
    const count = h("span", { class: "number" }, `${index + 1} of ${scenes.length}`);
    const heading = h("h3", {}, `${title} · ${GATEWAYS[gateway]}`);
    const head = scenes.length > 1 ? [heading, count] : [heading];
    return run(scene, head, { open: index === scenes.length - 1 }, config);
  });
  byId("runs", HTMLElement).replaceChildren(...runs);
  say(`${title}: ${scenes.map(({ result }) => inWords(outcomeOf(result))).join("; then ")}.`);
  const narrow = matchMedia("(max-width: 56rem)").matches;
  if (narrow) byId("happened", HTMLElement).scrollIntoView();
}

/** One call. Of several, the last is open: it is the one that they are about. */
function run(
  { about, result }: Scene,
  head: readonly HTMLElement[],
  { open }: { readonly open: boolean },
  config: PageConfig,
): HTMLElement {
  const outcome = outcomeOf(result);
  const note = about === "" ? undefined : h("p", { class: "about" }, about);
  const title = h("summary", {}, h("div", { class: "head" }, ...head, chip(outcome)), note);
  const reason = outcome.reason ?? "none";
  return h("details", { class: "run", open, "data-reason": reason }, title, timeline(result, config));
}

function chip({ mood, word, reason, status }: Outcome): HTMLElement {
  return h("span", { class: `chip ${mood}` }, `${word} ${status}`, reason === undefined ? "" : `, ${reason}`);
}

function inWords({ word, reason, status }: Outcome): string {
  return `${word.toLowerCase()}${reason === undefined ? "" : `, ${reason}`} (${status})`;
}

/** Tells what came of it in one sentence, also to users who hear the page. */
export function say(text: string): void {
  byId("summary", HTMLElement).textContent = text;
}

export function report(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  say(`This did not work: ${why}`);
}
