import { callApi } from "./calls.ts";
import type { Case, Situation } from "./cases.ts";
import { byId, h } from "./dom.ts";
import { perform } from "./runs.ts";
import { GATEWAYS, type Gateway, type PageConfig, type TokenUse } from "./trace.ts";

export type Tokens = Readonly<Record<TokenUse, string>>;

const USES: Readonly<Record<TokenUse, string>> = { id: "ID token", access: "access token" };

/** The form "Call the API": with which token, and through which gateway. */
export function showChoices(): void {
  addChoices("uses", "use", USES, "id");
  addChoices("gateways", "gateway", GATEWAYS, "rest-token");
}

/** What the form says at the moment, for the owner of these tokens. */
export function situationOf(config: PageConfig, tokens: Tokens): Situation {
  const use = chosen("use") as TokenUse;
  return { config, gateway: chosen("gateway") as Gateway, use, token: tokens[use] };
}

/**
 * Calls the API whenever the form is sent.
 *
 * @param stage the stage that is called: it gets warm, and its cache fills
 * @param tokens asked at each call; undefined where no user is signed in
 */
export function onCall(config: PageConfig, stage: string, tokens: () => Tokens | undefined): void {
  byId("call", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const current = tokens();
    if (current) void perform("Your call", situationOf(config, current), plainCall(stage));
  });
}

function plainCall(stage: string): Case["play"] {
  return async ({ gateway, token }) => {
    const result = await callApi({ stage, gateway, token, path: "/whoami" });
    return [{ about: "", result }];
  };
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
