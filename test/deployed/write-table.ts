import { mkdirSync, writeFileSync } from "node:fs";
import { answerHelp } from "../../tools/build/usage.ts";
import { gatewayTable, TABLE_FILE } from "./table.ts";

answerHelp(`Writes the table of bench/gateway-behaviour.md: what API Gateway, the kit and serverless-offline do.

  npm run docs:gateways
`);
mkdirSync(new URL(".", TABLE_FILE), { recursive: true });
writeFileSync(TABLE_FILE, await gatewayTable());
