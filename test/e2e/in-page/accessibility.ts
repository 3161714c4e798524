/** WCAG 2.2: 1.4.3 for text of usual size, 2.5.8 for targets. */
const LEAST_CONTRAST = 4.5;
const LEAST_TARGET_PX = 24;

type Rgb = readonly [number, number, number];

/** What of the page, as it is shown now, keeps somebody out. One sentence for each. */
export function barriers(): readonly string[] {
  return [...names(), ...headings(), ...references(), ...targets(), ...contrasts(), ...overflow()];
}

function all(selector: string): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => element.checkVisibility());
}

function names(): readonly string[] {
  const unnamed = all("button, a, summary, input, [role=region], section, form").filter(
    (element) => nameOf(element) === "",
  );
  const page = [document.documentElement.lang, document.title].every((text) => text !== "")
    ? []
    : ["no language or title"];
  return [...page, ...unnamed.map((element) => `no name: ${element.outerHTML.slice(0, 80)}`)];
}

function nameOf(element: HTMLElement): string {
  const labelled = element.getAttribute("aria-labelledby");
  const label =
    labelled === null ? element.getAttribute("aria-label") : document.getElementById(labelled)?.textContent;
  const own = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent;
  return (label ?? own ?? "").trim();
}

function headings(): readonly string[] {
  const levels = all("h1, h2, h3, h4, h5, h6").map(({ tagName }) => Number(tagName.slice(1)));
  const ones = levels.filter((level) => level === 1).length;
  const leaps = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1);
  return [
    ...(ones === 1 ? [] : [`${ones} headings of level 1`]),
    ...leaps.map((level) => `a leap to heading level ${level}`),
  ];
}

function references(): readonly string[] {
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const attributes = ["aria-labelledby", "aria-describedby", "for"];
  const wanted = attributes.flatMap((name) =>
    all(`[${name}]`).map((element) => element.getAttribute(name) ?? ""),
  );
  return [
    ...twice.map((id) => `two of #${id}`),
    ...wanted.filter((id) => !ids.includes(id)).map((id) => `no #${id}`),
  ];
}

/** A radio button is as large as its label. */
function targets(): readonly string[] {
  const elements = all("button, .choices label");
  return elements
    .filter(
      (element) =>
        Math.min(element.getBoundingClientRect().height, element.getBoundingClientRect().width) <
        LEAST_TARGET_PX,
    )
    .map((element) => `too small to hit: ${nameOf(element)}`);
}

function contrasts(): readonly string[] {
  const withText = all("body *").filter((element) =>
    [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
    ),
  );
  return withText
    .map((element) => ({
      element,
      ratio: contrast(rgb(getComputedStyle(element).color), background(element)),
    }))
    .filter(({ ratio }) => ratio < LEAST_CONTRAST)
    .map(({ element, ratio }) => `contrast ${ratio.toFixed(1)}: ${element.textContent.slice(0, 40)}`);
}

/** The nearest background that is not transparent. */
function background(element: HTMLElement): Rgb {
  const colour = getComputedStyle(element).backgroundColor;
  if (!colour.endsWith(", 0)")) return rgb(colour);
  return element.parentElement === null ? [255, 255, 255] : background(element.parentElement);
}

function rgb(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

function contrast(one: Rgb, other: Rgb): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function overflow(): readonly string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`scrolls sideways: ${scrollWidth} of ${clientWidth} px`] : [];
}
