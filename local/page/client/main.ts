import { callApi, json, openStage } from "./calls.ts";
import { CASES, type Case, type Scene, type Situation } from "./cases.ts";
import { button, byId, h } from "./dom.ts";
import { Session, type Visitor } from "./session.ts";
import { outcomeOf, timeline, type Outcome } from "./timeline.ts";
import { tokenView } from "./token.ts";
import { GATEWAYS, type Gateway, type PageConfig, type TokenUse } from "./trace.ts";

const USES: Readonly<Record<TokenUse, string>> = { id: "ID token", access: "access token" };

/** What the page knows once it has started. */
interface Page {
  readonly config: PageConfig;
  readonly session: Session;
  readonly visitor: Visitor | undefined;
  /** The stage of the plain calls: it gets warm, and its cache fills. */
  readonly stage: string;
}

addChoices("uses", "use", USES, "id");
addChoices("gateways", "gateway", GATEWAYS, "rest-token");
start().catch((error: unknown) => report(error));

async function start(): Promise<void> {
  const config = await json<PageConfig>(fetch("/config.json"));
  const session = await Session.open(config);
  const page: Page = { config, session, visitor: await session.visitor(), stage: await openStage() };
  showVisitor(page);
  showCases(page);
  showTokens(page);
  showHostedPython(config);
  byId("call", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void perform(page, "Your call", plainCall(page.stage));
  });
}

/** For a terminal: this page may call its own server only. */
function showHostedPython({ hostedPython }: PageConfig): void {
  if (hostedPython === undefined) return;
  const { restApi, httpApi } = hostedPython;
  const [rest, http] = [restApi, httpApi].map((url) => h("code", {}, `${url}/me`));
  const shown = byId("hosted-python", HTMLElement);
  shown.replaceChildren(
    "A Python application that is no Lambda stands behind a REST API, ",
    rest ?? "",
    ", and an HTTP API, ",
    http ?? "",
    ". Call it with curl and one of your tokens.",
  );
  shown.hidden = false;
}

function addChoices(
  id: string,
  name: string,
  choices: Readonly<Record<string, string>>,
  chosen: string,
): void {
  const labels = Object.entries(choices).map(([value, label]) =>
    h(
      "label",
      {},
      h("input", { type: "radio", name, value, checked: value === chosen }),
      h("span", {}, label),
    ),
  );
  byId(id, HTMLElement).append(...labels);
}

function chosen(name: string): string {
  const value = new FormData(byId("call", HTMLFormElement)).get(name);
  return typeof value === "string" ? value : "";
}

function showVisitor({ config, session, visitor }: Page): void {
  const you = byId("you", HTMLElement);
  if (visitor === undefined) {
    const { email, password } = config.user;
    const hint = h(
      "p",
      { class: "quiet" },
      "As ",
      h("code", {}, email),
      ", password ",
      h("code", {}, password),
    );
    you.replaceChildren(
      button("Sign in", () => void session.signIn().catch(report), { class: "primary" }),
      hint,
    );
    return;
  }
  const verified = visitor.emailVerified ? "verified" : "not verified";
  const who = h(
    "div",
    {},
    h("strong", {}, visitor.name),
    h("p", { class: "quiet" }, `${visitor.email}, ${verified}`),
  );
  const out = button("Sign out", () => void session.signOut().catch(report));
  you.replaceChildren(h("div", { class: "visitor" }, who, out));
  byId("call-button", HTMLButtonElement).disabled = false;
  say("You are signed in. Call the API.");
}

function showCases(page: Page): void {
  const items = CASES.map((each) => {
    const attributes = {
      id: `case-${each.id}`,
      "aria-describedby": `about-${each.id}`,
      disabled: page.visitor === undefined,
    };
    const start = button(each.label, () => void perform(page, each.label, each.play), attributes);
    return h("li", {}, start, h("span", { class: "quiet", id: `about-${each.id}` }, each.about));
  });
  byId("cases", HTMLElement).replaceChildren(...items);
}

function showTokens({ config, visitor }: Page): void {
  if (visitor === undefined) return;
  byId("tokens", HTMLElement).hidden = false;
  byId("token-views", HTMLElement).replaceChildren(
    tokenView("ID token: who you are, for the application", visitor.tokens.id, config.emailClaim),
    tokenView(
      "Access token: what the application may do, for the API",
      visitor.tokens.access,
      config.emailClaim,
    ),
  );
}

function plainCall(stage: string): Case["play"] {
  return async ({ gateway, token }) => {
    const result = await callApi({ stage, gateway, token, path: "/whoami" });
    return [{ about: "", result }];
  };
}

async function perform({ config, visitor }: Page, title: string, play: Case["play"]): Promise<void> {
  const happened = byId("happened", HTMLElement);
  if (visitor === undefined || happened.ariaBusy === "true") return;
  const use = chosen("use") as TokenUse;
  const situation: Situation = {
    config,
    gateway: chosen("gateway") as Gateway,
    use,
    token: visitor.tokens[use],
  };
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

function say(text: string): void {
  byId("summary", HTMLElement).textContent = text;
}

function report(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  say(`This did not work: ${why}`);
}
