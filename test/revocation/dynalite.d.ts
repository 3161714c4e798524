declare module "dynalite" {
  import type { Server } from "node:http";

  /** DynamoDB in memory, by an author of their own. */
  const dynalite: (options: { readonly createTableMs: number }) => Server;
  export default dynalite;
}
