import { mkdirSync, writeFileSync } from "node:fs";
import { gatewayTable, TABLE_FILE } from "./table.ts";

mkdirSync(new URL(".", TABLE_FILE), { recursive: true });
writeFileSync(TABLE_FILE, await gatewayTable());
