/** Where an API lives. */
export interface Address {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly apiId: string;
  /** `$default` on an HTTP API without a stage in its paths. */
  readonly stage: string;
  /** A custom domain name in place of API Gateway's: `api.example.com`. */
  readonly customDomain?: string | undefined;
}

const SOMEWHERE: Address = {
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
  apiId: "a1b2c3d4e5",
  stage: "prod",
};

/** The first label of the domain's name. */
export function domainPrefix(address: Address): string {
  return domainName(address).split(".", 1).join();
}

export function getAddress(given: Partial<Address>): Address {
  return { ...SOMEWHERE, ...given };
}

/** `arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE` */
export function stageArn({ partition, region, accountId, apiId, stage }: Address): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}`;
}

export function domainName({ apiId, region, partition, customDomain }: Address): string {
  if (customDomain !== undefined) return customDomain;
  return `${apiId}.execute-api.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
}
