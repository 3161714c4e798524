/** Where an API lives. */
export interface Address {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly apiId: string;
  /** `$default` on an HTTP API without a stage in its paths. */
  readonly stage: string;
}

const SOMEWHERE: Address = {
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
  apiId: "a1b2c3d4e5",
  stage: "prod",
};

export function getAddress(given: Partial<Address>): Address {
  return { ...SOMEWHERE, ...given };
}

/** `arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE` */
export function stageArn({ partition, region, accountId, apiId, stage }: Address): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}`;
}

export function domainName({ apiId, region, partition }: Address): string {
  return `${apiId}.execute-api.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
}
