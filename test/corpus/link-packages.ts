import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const CDK = resolve("examples/attach-cdk/node_modules");

/** The package as it is built, and CDK, as if installed in a folder; for `node --preserve-symlinks`. */
export function linkPackages(root: string): void {
  const ours = join(root, "node_modules/auth0-api-gateway-authorizer");
  mkdirSync(ours, { recursive: true });
  for (const name of ["package.json", "infra"]) symlinkSync(resolve(name), join(ours, name));
  cpSync("dist", join(ours, "dist"), { recursive: true });
  for (const name of ["aws-cdk-lib", "constructs", "@aws-cdk"])
    symlinkSync(join(CDK, name), join(root, "node_modules", name));
}
