/** As much of `@aws/cloudformation-validate` as is used here. Its types are not installed with the project's own. */
interface Validator {
  readonly CelEngine: new () => Engine;
  readonly TemplateFile: new (path: string) => object;
}

interface Engine {
  validateStandard(
    template: object,
    options: object,
  ): {
    readonly diagnostics: readonly {
      readonly ruleId: string;
      readonly entity?: { readonly logicalId?: string };
      readonly propertyPath?: string;
      readonly message: string;
    }[];
  };
}

// As a variable, because tsc looks for what an import names. `npm run validate` installs it.
const VALIDATOR = "@aws/cloudformation-validate";
const { CelEngine, TemplateFile } = (await import(VALIDATOR)) as Validator;

let engine: Engine | undefined;

/**
 * What AWS's offline validator calls an error, by path: resource types, properties and references that do not
 * exist. To load its rules takes seconds, and happens once in a process.
 */
export function complaintsOfAws(paths: readonly string[]): Map<string, string[]> {
  const loaded = (engine ??= new CelEngine());
  return new Map(paths.map((path) => [path, complaints(loaded, path)]));
}

function complaints(engine: Engine, path: string): string[] {
  const { diagnostics } = engine.validateStandard(new TemplateFile(path), { severityLevel: "ERROR" });
  return diagnostics.map(
    ({ ruleId, entity, propertyPath, message }) =>
      `${ruleId}: ${entity?.logicalId ?? "template"} ${propertyPath ?? ""} ${message}`,
  );
}
