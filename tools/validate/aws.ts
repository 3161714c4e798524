import { CelEngine, TemplateFile, type Engine } from "@aws/cloudformation-validate";

/**
 * What AWS's offline validator calls an error, by path: resource types, properties and references that do not
 * exist. To load its rules takes seconds, so ask for all templates at once.
 */
export function complaintsOfAws(paths: readonly string[]): Map<string, string[]> {
  const engine = new CelEngine();
  try {
    return new Map(paths.map((path) => [path, complaints(engine, path)]));
  } finally {
    engine.free();
  }
}

function complaints(engine: Engine, path: string): string[] {
  const { diagnostics } = engine.validateStandard(new TemplateFile(path), { severityLevel: "ERROR" });
  return diagnostics.map(
    ({ ruleId, entity, propertyPath, message }) =>
      `${ruleId}: ${entity?.logicalId ?? "template"} ${propertyPath ?? ""} ${message}`,
  );
}
