import { mkdirSync, writeFileSync } from "node:fs";
import { answerHelp } from "../../tools/build/usage.ts";
import { gatewayTable, TABLE_FILE } from "./table.ts";

answerHelp(`Writes the table of bench/gateway-behaviour.md: what API Gateway, the kit and serverless-offline do.

  npx tsx test/deployed/write-table.ts
`);
mkdirSync(new URL(".", TABLE_FILE), { recursive: true });
writeFileSync(TABLE_FILE, await gatewayTable());
