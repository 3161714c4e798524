import { onCall, showChoices, situationOf } from "./call-form.ts";
import { json, openStage } from "./calls.ts";
import { CASES, type Case } from "./cases.ts";
import { button, byId, h } from "./dom.ts";
import { ENDING_CASES } from "./endings.ts";
import { perform, report, say } from "./runs.ts";
import { Session, type Visitor } from "./session.ts";
import type { PageConfig } from "./trace.ts";
import { showTokens, signInHint, visitorView } from "./visitor.ts";

/** What the page knows once it has started. */
interface Page {
  readonly config: PageConfig;
  readonly session: Session;
  readonly visitor: Visitor | undefined;
}

showChoices();
start().catch((error: unknown) => report(error));

async function start(): Promise<void> {
  const config = await json<PageConfig>(fetch("/config.json"));
  const session = await Session.open(config);
  const page: Page = { config, session, visitor: await session.visitor() };
  onCall(config, await openStage(), () => page.visitor?.tokens);
  showVisitor(page);
  showCases("cases", CASES, page);
  if (config.revocations !== undefined) {
    byId("endings-section", HTMLElement).hidden = false;
    showCases("endings", ENDING_CASES, page);
  }
  showHostedPython(config);
}

/** For a terminal: this page may call its own server only. */
function showHostedPython({ hostedPython }: PageConfig): void {
  if (hostedPython === undefined) return;
  const { restApi, httpApi } = hostedPython;
  const [rest, http] = [restApi, httpApi].map((url) => h("code", {}, `${url}/me`));
  const shown = byId("hosted-python", HTMLElement);
  shown.replaceChildren(
    "A Python application that is not a Lambda stands behind a REST API, ",
    rest ?? "",
    ", and an HTTP API, ",
    http ?? "",
    ". Call it with curl and one of your tokens.",
  );
  shown.hidden = false;
}

function showVisitor({ config, session, visitor }: Page): void {
  const you = byId("you", HTMLElement);
  if (visitor === undefined) {
    const start = button("Sign in", () => void session.signIn().catch(report), { class: "primary" });
    you.replaceChildren(start, signInHint(config));
    return;
  }
  const out = button("Sign out", () => void session.signOut().catch(report));
  you.replaceChildren(visitorView(visitor, out));
  byId("call-button", HTMLButtonElement).disabled = false;
  showTokens(visitor.tokens, config);
  say("You are signed in. Call the API.");
}

function showCases(id: string, cases: readonly Case[], { config, visitor }: Page): void {
  const items = cases.map((each) => {
    const attributes = {
      id: `case-${each.id}`,
      "aria-describedby": `about-${each.id}`,
      disabled: visitor === undefined,
    };
    const play = (): void =>
      void (visitor && perform(each.label, situationOf(config, visitor.tokens), each.play));
    const start = button(each.label, play, attributes);
    return h("li", {}, start, h("span", { class: "quiet", id: `about-${each.id}` }, each.about));
  });
  byId(id, HTMLElement).replaceChildren(...items);
}
