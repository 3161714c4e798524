type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element with attributes and children. Text stays text: nothing here ever parses HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** The element of the page with this ID. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} #${id}.`);
  return element;
}

export function button(label: Child, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", onClick);
  return element;
}

/** Something that opens on demand. */
export function details(summary: string, ...content: readonly Child[]): HTMLDetailsElement {
  return h("details", {}, h("summary", {}, summary), ...content);
}

/** What scrolls sideways must be reachable by keyboard. */
export function code(label: string, value: unknown): HTMLPreElement {
  return h(
    "pre",
    { tabindex: "0", role: "region", "aria-label": label },
    JSON.stringify(value, undefined, 2),
  );
}

/** Names and values, one below the other. */
export function facts(values: Readonly<Record<string, unknown>>): HTMLDListElement {
  const rows = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return h(
    "dl",
    { class: "facts" },
    ...rows.map(([name, value]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, typeof value === "string" ? value : JSON.stringify(value))),
    ),
  );
}
