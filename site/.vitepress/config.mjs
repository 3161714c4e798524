import { readFileSync } from "node:fs";
import { URL } from "node:url";
import { defineConfig } from "vitepress";

/** Written by tools/site/write.ts from docs/README.md. */
const sidebar = JSON.parse(readFileSync(new URL("../.pages/sidebar.json", import.meta.url), "utf8"));

export default defineConfig({
  title: "auth0-api-gateway-authorizer",
  description: "An API Gateway Lambda authorizer for Auth0.",
  lang: "en",
  srcDir: ".pages",
  outDir: "dist",
  cleanUrls: true,
  lastUpdated: false,
  // The anchors that GitHub gives the same headings, so that one link works in both places.
  markdown: { anchor: { slugify }, config: keepBraces },
  themeConfig: {
    // The package's name is wider than the sidebar.
    siteTitle: "Auth0 authorizer",
    nav: [
      { text: "Guides", link: "/guides" },
      { text: "Quick start", link: "/start-serverless" },
      { text: "Troubleshooting", link: "/troubleshooting" },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: "local", options: { miniSearch: { searchOptions: { boostDocument } } } },
  },
});

/** A reader who searches for an error's text wants its cure, not a measurement. The browser runs this, so it stands alone. */
function boostDocument(address) {
  if (/^\/(?:troubleshooting|reasons|runbooks|rules)\b/.test(address)) return 4;
  return /^\/(?:bench|api|decisions)\//.test(address) ? 0.2 : 1;
}

function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Vue would take `{{resolve:ssm:…}}` in a code span for an expression. */
function keepBraces(md) {
  const { text, code_inline: inline } = md.renderer.rules;
  md.renderer.rules.code_inline = (...args) => inline(...args).replaceAll("{{", "&#123;&#123;");
  md.renderer.rules.text = (...args) => text(...args).replaceAll("{{", "&#123;&#123;");
}
