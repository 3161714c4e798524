import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";

const FOLDER = ".github/workflows";
/** A tag can be moved, and a release with it; a commit cannot. The version is for people and for Dependabot. */
const PINNED = /^ *- uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

test("every action that a workflow uses is pinned to a commit, with its version beside it", () => {
  const lines = readdirSync(FOLDER).flatMap((name) =>
    readFileSync(`${FOLDER}/${name}`, "utf8")
      .split("\n")
      .filter((line) => /\buses:/.test(line)),
  );
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => !PINNED.test(line))).toEqual([]);
});

type Permissions = string | Readonly<Record<string, string>>;
interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions?: Permissions;
  readonly jobs: Readonly<
    Record<string, { readonly permissions?: Permissions; readonly steps: readonly Step[] }>
  >;
}

const HARMLESS_ACTIONS = ["actions/checkout", "actions/setup-node", "actions/download-artifact"];
/** What may run where there are rights: it runs no code of the repository or of a package. */
const HARMLESS_COMMANDS = [
  /^npm publish \.\/\*\.tgz --ignore-scripts [\w -]+$/,
  /^gh release create "\$GITHUB_REF_NAME" [\w./ -]+$/,
];

/** Steps of a job with more than the right to read that could run what others have written. */
function stepsWithRights({ permissions: all, jobs }: Workflow): readonly string[] {
  return Object.entries(jobs).flatMap(([job, { permissions = all, steps }]) =>
    canOnlyRead(permissions)
      ? []
      : steps.filter((step) => !isHarmless(step)).map((step) => `${job}: ${nameOf(step)}`),
  );
}

function canOnlyRead(permissions: Permissions | undefined): boolean {
  if (typeof permissions !== "object") return permissions === "read-all";
  return Object.values(permissions).every((level) => level === "read" || level === "none");
}

function isHarmless({ uses, run }: Step): boolean {
  return run === undefined
    ? HARMLESS_ACTIONS.includes(uses?.split("@")[0] ?? "")
    : HARMLESS_COMMANDS.some((command) => command.test(run.trim()));
}

function nameOf({ uses, run }: Step): string {
  return run ?? uses ?? "";
}

function readWorkflow(name: string): Workflow {
  return parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as Workflow;
}

describe("a job that may do more than read runs no third-party code", () => {
  test.each(readdirSync(FOLDER))("%s", (name) => {
    expect(stepsWithRights(readWorkflow(name))).toEqual([]);
  });

  const releasing = (run: string, permissions?: Permissions, all?: Permissions): Workflow => ({
    ...(all && { permissions: all }),
    jobs: { publish: { ...(permissions && { permissions }), steps: [{ run }] } },
  });
  const PUBLISH = "npm publish ./*.tgz --ignore-scripts --provenance";

  test.each<[string, Workflow]>([
    ["an installation", releasing("npm ci", { "id-token": "write" })],
    ["a build", releasing("npm run build", { contents: "write" })],
    [
      "a folder that is published, whose scripts run",
      releasing("npm publish --provenance", { "id-token": "write" }),
    ],
    ["a tarball whose scripts run", releasing("npm publish ./*.tgz", { "id-token": "write" })],
    ["more behind what is harmless", releasing(`${PUBLISH} && npm ci`, { "id-token": "write" })],
    ["rights of the whole workflow", releasing("npm ci", undefined, { packages: "write" })],
    ["rights that nothing limits", releasing("npm ci")],
    ["every right", releasing("npm ci", "write-all")],
  ])("or is found: %s", (_, workflow) => {
    expect(stepsWithRights(workflow)).toHaveLength(1);
  });

  test("and what only reads may run it", () => {
    expect(stepsWithRights(releasing("npm ci", { contents: "read" }, { contents: "write" }))).toEqual([]);
    expect(stepsWithRights(releasing("npm ci", undefined, "read-all"))).toEqual([]);
    expect(stepsWithRights(releasing(PUBLISH, { "id-token": "write" }))).toEqual([]);
  });

  test("and a release is still published with provenance", () => {
    const { jobs } = readWorkflow("release.yml");
    const publishing = Object.values(jobs).filter(({ steps }) =>
      steps.some(({ run }) => run?.startsWith("npm publish") && run.includes("--provenance")),
    );
    expect(publishing).toMatchObject([{ permissions: { "id-token": "write" } }]);
  });
});

/** The folders with a lock file, as paths from the repository's root: `/` and `/bench`. */
function findLockFiles(folder = ""): readonly string[] {
  const entries = readdirSync(`.${folder}/`, { withFileTypes: true });
  const inside = entries
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .flatMap(({ name }) => findLockFiles(`${folder}/${name}`));
  return entries.some(({ name }) => name === "package-lock.json") ? [folder || "/", ...inside] : inside;
}

test("Dependabot watches every lock file", () => {
  const { updates } = parse(readFileSync(".github/dependabot.yml", "utf8")) as {
    readonly updates: readonly {
      readonly "package-ecosystem": string;
      readonly directories?: readonly string[];
    }[];
  };
  const watched = updates.flatMap((update) =>
    update["package-ecosystem"] === "npm" ? (update.directories ?? []) : [],
  );
  const folders = findLockFiles();
  expect(folders.length).toBeGreaterThan(10);
  expect([...watched].sort()).toEqual([...folders].sort());
});

test("no lock file says from where a package was fetched", () => {
  for (const folder of findLockFiles())
    expect([folder, readFileSync(`.${folder}/package-lock.json`, "utf8").includes('"resolved"')]).toEqual([
      folder,
      false,
    ]);
});
