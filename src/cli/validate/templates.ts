import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Template } from "../../deploy/lint/cloudformation.ts";
import type { Load } from "../../deploy/lint/evaluate.ts";
import type { ReadFile } from "../../deploy/lint/read/routes-file.ts";
import { toRecord, toText } from "../../deploy/lint/values.ts";
import { readTextFile } from "../pasted-text.ts";
import { UsageError } from "../terminal.ts";
import { parseTemplate } from "./parse-template.ts";

/** A template of the command line. */
export interface TemplateFile {
  readonly path: string;
  readonly template: Template;
  /** Finds what the template names, beside it. */
  readonly load: Load;
  /** Reads the code of functions, beside it. */
  readonly readFile: ReadFile;
}

const SERVERLESS_TEMPLATE = "cloudformation-template-update-stack.json";
const IS_TERRAFORM = "is Terraform, which is not read: none of its routes were checked";
const CDK_TEMPLATE = /(?<!\.nested)\.template\.json$/;

/**
 * The templates that a path names: a file, or a folder that `cdk synth` or `serverless package` wrote.
 *
 * @throws UsageError where there is none, or it is not a template
 */
export function readTemplates(path: string): TemplateFile[] {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  if (!statSync(path).isDirectory()) return [readTemplate(path)];
  const found = findTemplates(path);
  if (found.length === 0)
    throw new UsageError(`${path} has no template: name a file, or cdk.out, or .serverless`);
  return found.map(readTemplate);
}

/** Each stage of CDK has a separate folder, `assembly-*`. */
function findTemplates(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith("assembly-") ? findTemplates(path) : [];
    return entry.name === SERVERLESS_TEMPLATE || CDK_TEMPLATE.test(entry.name) ? [path] : [];
  });
}

function readTemplate(path: string): TemplateFile {
  if (/\.tf(?:\.json)?$/.test(path)) throw new UsageError(`${path} ${IS_TERRAFORM}`);
  const template = toRecord(parseFile(path));
  if ("planned_values" in template) throw new UsageError(`${path} ${IS_TERRAFORM}`);
  if (Object.keys(toRecord(template["Resources"])).length === 0)
    throw new UsageError(`${path} is not a CloudFormation or SAM template: it has no Resources`);
  return { path, template: template as unknown as Template, ...createReaders(dirname(path)) };
}

function parseFile(path: string): unknown {
  try {
    return parseTemplate(readTextFile(path));
  } catch (error) {
    throw new UsageError(`${path} cannot be read as JSON or YAML: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A file that a template names and that cannot be read is not checked, and no reason to stop. */
function createReaders(folder: string): Pick<TemplateFile, "load" | "readFile"> {
  const find = (location: string): string | undefined => {
    if (location.includes("⟦") || /^(?:https?|s3):/.test(location)) return undefined;
    const names = [location, basename(location), ...findAssets(folder, basename(location))];
    return names.map((name) => resolve(folder, name)).find(isFile);
  };
  const load: Load = (location) => {
    const path = find(location);
    if (path === undefined) return undefined;
    try {
      return parseTemplate(readTextFile(path));
    } catch {
      return undefined;
    }
  };
  const readCode: ReadFile = (location) => {
    const path = find(location);
    return path === undefined ? undefined : readFileSync(path);
  };
  return { load, readFile: readCode };
}

/** CDK names an asset by its hash, `abc….json`, and writes beside the templates which file that is. */
function findAssets(folder: string, name: string): string[] {
  const [hash = ""] = name.split(".");
  if (!/^[0-9a-f]{64}$/.test(hash)) return [];
  const manifests = readdirSync(folder).filter((file) => file.endsWith(".assets.json"));
  return manifests.flatMap((manifest) => {
    const { files } = toRecord(parseFile(join(folder, manifest)));
    const path = toText(toRecord(toRecord(toRecord(files)[hash])["source"])["path"]);
    return path === undefined ? [] : [path];
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
