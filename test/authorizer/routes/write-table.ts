import { writeFileSync } from "node:fs";
import { answerHelp } from "../../../tools/build/usage.ts";
import { routesTable, TABLE_FILE } from "./table.ts";

answerHelp(`Writes the table of bench/routes.md: who may call which route, by API, cache and token.

  npx tsx test/authorizer/routes/write-table.ts
`);
writeFileSync(TABLE_FILE, await routesTable());
