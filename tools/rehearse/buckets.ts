import { element, elements, type Answer } from "./xml.ts";

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
}

const XML = { "content-type": "application/xml" };

/** Buckets and their objects: what of S3 a deployment uses, with the bucket in the path. */
export class Buckets {
  readonly #buckets = new Map<string, Map<string, Buffer>>();

  create(bucket: string): void {
    this.#buckets.set(bucket, new Map());
  }

  /** @throws Error where there are objects in it, as CloudFormation fails */
  delete(bucket: string): void {
    if (this.objects(bucket).size > 0) throw new Error(`The bucket ${bucket} is not empty`);
    this.#buckets.delete(bucket);
  }

  objects(bucket: string): Map<string, Buffer> {
    return this.#buckets.get(bucket) ?? new Map<string, Buffer>();
  }

  answer({ method, url, body }: Call): Answer {
    const [, bucket = "", ...rest] = decodeURIComponent(url.pathname).split("/");
    const key = rest.join("/");
    if (!this.#buckets.has(bucket)) return s3Failure("NoSuchBucket", 404);
    if (key === "") return this.#answerBucket(bucket, method, url.searchParams, body);
    const objects = this.objects(bucket);
    if (method === "PUT") objects.set(key, body);
    if (method === "DELETE") objects.delete(key);
    const object = objects.get(key);
    if (method === "GET" || method === "HEAD") {
      return object === undefined ? s3Failure("NoSuchKey", 404) : { body: object };
    }
    return { headers: { etag: '"0"' } };
  }

  #answerBucket(bucket: string, method: string, query: URLSearchParams, body: Buffer): Answer {
    if (method === "POST" && query.has("delete")) return this.#deleteObjects(bucket, body.toString());
    if (query.has("location")) return { headers: XML, body: element("LocationConstraint", "eu-central-1") };
    const prefix = query.get("prefix") ?? "";
    const keys = [...this.objects(bucket).keys()].filter((key) => key.startsWith(prefix)).sort();
    const contents = keys.map((Key) => `<Contents>${elements({ Key, Size: "1" })}</Contents>`).join("");
    const fields = elements({ Name: bucket, KeyCount: String(keys.length), IsTruncated: "false" });
    return { headers: XML, body: `<ListBucketResult>${fields}${contents}</ListBucketResult>` };
  }

  #deleteObjects(bucket: string, request: string): Answer {
    const keys = Array.from(request.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key = ""]) => key);
    for (const key of keys) this.objects(bucket).delete(key);
    const deleted = keys.map((Key) => `<Deleted>${elements({ Key })}</Deleted>`).join("");
    return { headers: XML, body: `<DeleteResult>${deleted}</DeleteResult>` };
  }
}

function s3Failure(code: string, status: number): Answer {
  return { status, headers: XML, body: `<Error>${elements({ Code: code, Message: code })}</Error>` };
}
