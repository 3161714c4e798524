import { inflateRawSync } from "node:zlib";
import type { ZipEntry } from "./zip.ts";

/** APPNOTE 4.3.16, and its length without a comment. */
const END_OF_DIRECTORY = Buffer.from("PK\x05\x06", "latin1");
/** APPNOTE 4.3.12. */
const DIRECTORY_ENTRY = 0x02014b50;
const DEFLATED = 8;

/**
 * Reads the files of a zip: stored or deflated, as build tools write them.
 *
 * @param isWanted by a file's name: the content of others is not read
 * @throws Error if it is not a zip file, or one that is encrypted, larger than 4 GB or compressed otherwise
 */
export function readZip(zip: Buffer, isWanted: (name: string) => boolean = () => true): ZipEntry[] {
  const end = zip.lastIndexOf(END_OF_DIRECTORY);
  if (end === -1) throw new Error("it is not a zip file");
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error("it is not a zip file that can be read");
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    if (!name.endsWith("/") && isWanted(name)) entries.push({ name, content: readContent(zip, at) });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** @param at where the file's entry in the directory begins */
function readContent(zip: Buffer, at: number): Buffer {
  const [flags, method] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10)];
  if ((flags & 1) === 1) throw new Error("it is encrypted");
  const header = zip.readUInt32LE(at + 42);
  // The file's own header repeats the name, and may have other extra fields than the directory.
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const content = zip.subarray(start, start + zip.readUInt32LE(at + 20));
  if (method === 0) return content;
  if (method !== DEFLATED) throw new Error(`it is compressed by method ${method}`);
  return inflateRawSync(content);
}
