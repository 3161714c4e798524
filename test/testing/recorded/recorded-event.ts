import type { Api, RecordedCall, Setup } from "./recorded-case.ts";

/** One event that a Lambda was seen to get: one row. */
export interface RecordedEvent {
  readonly api: Api;
  readonly of: "the authorizer" | "the backend";
  readonly where: string;
  readonly sent: NonNullable<RecordedCall["sent"]>;
  readonly setup?: Setup;
  /** Names in their order, of the event and of what it holds. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly has?: object;
  /** Paths of what it has not. */
  readonly lacks?: readonly string[];
}

/** Of the stages that were set up here. */
export const ARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
