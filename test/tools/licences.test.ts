import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";

interface Package {
  readonly version: string;
  readonly license?: string;
  readonly resolved?: string;
}

/** Licences that ask for no more than to be named: SPDX identifiers. Of a choice, one that is here is enough. */
const PERMISSIVE = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Python-2.0",
  "Zlib",
];

/** Packages that name no licence in package.json, or a wrong one, and the file of theirs that has the MIT licence. */
const NAMED_ELSEWHERE: Readonly<Record<string, { version: string; file: string }>> = {
  "node_modules/auth0-password-policies": { version: "3.1.0", file: "LICENSE" },
  "node_modules/jsonp": { version: "0.2.1", file: "Readme.md" },
};

const packages = packagesOf("package-lock.json");

function packagesOf(lock: string): [path: string, of: Package][] {
  const parsed = JSON.parse(readFileSync(lock, "utf8")) as { packages: Record<string, Package> };
  return Object.entries(parsed.packages).filter(([path]) => path !== "");
}

/** Of an SPDX expression without nesting, which is all that npm packages have here. */
function isPermissive(licence = ""): boolean {
  const parts = licence.replace(/^\(|\)$/g, "");
  const isNamed = (part: string): boolean => PERMISSIVE.includes(part);
  return parts.includes(" OR ") ? parts.split(" OR ").some(isNamed) : parts.split(" AND ").every(isNamed);
}

describe("the licences of what the project installs", () => {
  test("are permissive, of each package in the lock file", () => {
    expect(packages.length).toBeGreaterThan(500);
    const others = packages.filter(
      ([path, { license }]) => !isPermissive(license) && !(path in NAMED_ELSEWHERE),
    );
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  test.each(Object.entries(NAMED_ELSEWHERE))(
    "are permissive: %s has its in a file",
    (path, { version, file }) => {
      expect(Object.fromEntries(packages)[path]?.version).toBe(version);
      expect(readFileSync(`${path}/${file}`, "utf8")).toMatch(/\bMIT\b/);
    },
  );

  test.each(["MIT", "(MIT OR GPL-3.0-or-later)", "(MIT AND Zlib)"])("may be %s", (licence) => {
    expect(isPermissive(licence)).toBe(true);
  });

  test.each([undefined, "UNLICENSED", "AGPL-3.0-or-later", "(MIT AND GPL-3.0-only)", "(GPL-2.0 OR GPL-3.0)"])(
    "may not be %s",
    (licence) => {
      expect(isPermissive(licence)).toBe(false);
    },
  );
});

test("the evaluator under the AGPL is installed in a folder of its own, and nowhere else", () => {
  const apart = packagesOf("test/iam-simulator/package-lock.json").map(([path]) => path);
  expect(apart).toContain("node_modules/@cloud-copilot/iam-simulate");
  expect(apart.filter((path) => packages.some(([ours]) => ours === path) || existsSync(path))).toEqual([]);
});

test.each(["", "test/runtimes/", "test/browser/", "test/iam-simulator/"])(
  "%spackage-lock.json names no address that a package was downloaded from",
  (folder) => {
    const resolved = packagesOf(`${folder}package-lock.json`).filter(([, of]) => of.resolved !== undefined);
    expect(resolved.map(([path]) => path)).toEqual([]);
  },
);
