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
  markdown: { anchor: { slugify } },
  themeConfig: {
    nav: [
      { text: "Guides", link: "/guides" },
      { text: "Quick start", link: "/start-serverless" },
      { text: "Troubleshooting", link: "/troubleshooting" },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: "local" },
  },
});

function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
