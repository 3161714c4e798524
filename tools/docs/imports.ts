import { createRequire } from "node:module";
import { cruise, type ICruiseOptions, type ICruiseResult } from "dependency-cruiser";

type RuleSet = ICruiseOptions["ruleSet"] & { readonly options: ICruiseOptions };

/** Who imports whom in `src` and the local tenant, and which rule of the house that breaks, as `npm run check` sees it. */
export async function importsOfSource(): Promise<ICruiseResult> {
  const ruleSet = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as RuleSet;
  const { output } = await cruise(["src", "local/tenant"], { ...ruleSet.options, ruleSet, validate: true });
  return output as ICruiseResult;
}
