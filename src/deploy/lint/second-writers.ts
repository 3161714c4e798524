import { isWriter } from "./functions.ts";
import { getResources, references, type NamedResource } from "./cloudformation.ts";
import { at, type Rule } from "./rule.ts";

/**
 * Functions that write revocations into a table of another stack, which may be a replica of another region's. In a
 * global table the last write of an item wins, and conditions hold in one region only: a second writing region can move
 * a revocation back.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export const secondWriters: Rule = (template) => {
  const tables = getResources(template, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable");
  const names = new Set(tables.map(({ name }) => name));
  return getResources(template, "AWS::Lambda::Function")
    .filter(isWriter)
    .filter((lambda) => !getTables(lambda).some((table) => names.has(table)))
    .map(
      at(
        "writes revocations into a table of another stack: if that is a global table, only one region may write, or a revocation can be moved back",
      ),
    );
};

/** The logical IDs that `REVOCATION_TABLE` mentions. */
function getTables({ properties }: NamedResource): readonly string[] {
  const { Variables = {} } = (properties["Environment"] ?? {}) as { Variables?: Record<string, unknown> };
  return references(Variables["REVOCATION_TABLE"]);
}
