import { at, type Rule } from "./rule.ts";
import { getResources } from "./cloudformation.ts";

/** HTTP APIs map with `overwrite:`, `append:` or `remove:`; what is appended stands behind what the caller sent. */
export const appendedIdentities: Rule = (template) =>
  getResources(template, "AWS::ApiGatewayV2::Integration")
    .filter(({ properties }) => appendsIdentity(properties["RequestParameters"]))
    .map(
      at("appends the identity to a header that the caller may have sent: use overwrite instead of append"),
    );

function appendsIdentity(parameters: unknown): boolean {
  return Object.entries(parameters ?? {}).some(
    ([key, source]) => key.startsWith("append:") && JSON.stringify(source).includes("context.authorizer."),
  );
}
