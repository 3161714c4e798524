import type { Answer } from "./request.ts";

/** What Node.js and Lambda cost by themselves: every ratio of a cold start is to this. */
export const handler = (): Promise<Answer> =>
  Promise.resolve({ principalId: "anonymous", policyDocument: {}, context: {} });
