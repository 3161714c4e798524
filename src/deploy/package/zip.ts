import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** A file as it is written. */
interface Packed extends ZipEntry {
  /** APPNOTE.TXT 4.4.5. */
  readonly method: number;
  /** The content, compressed if the method says so. */
  readonly body: Buffer;
}

const STORED = 0;
const DEFLATED = 8;
/** 4.4.3: all that is needed to read a plain file, whichever of the two methods it has. */
const VERSION_NEEDED = 20;
/** 4.4.2: made on Unix, which gives the external attributes their meaning. */
const MADE_BY = (3 << 8) | VERSION_NEEDED;
/** 4.4.4, bit 11. */
const UTF8_NAMES = 0x0800;
/** 4.4.6: the first day that there is, so that the same files make the same zip at any time. */
const DATE = (1 << 5) | 1;
/** A file that all users may read, as Lambda has to, in the upper half of 4.4.15. */
const READABLE_FILE = 0o100644 * 2 ** 16;

/**
 * A zip file that depends on nothing but names and contents: neither on the clock nor on who owns the files.
 *
 * @param deflate whether to compress the files; if not, the zip does not depend on the version of a compressor either
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zip(entries: readonly ZipEntry[], { deflate = false } = {}): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const packed = pack(entry, deflate);
    const file = Buffer.concat([localHeader(packed), packed.body]);
    files.push(file);
    directory.push(directoryEntry(packed, offset));
    offset += file.length;
  }
  return Buffer.concat([
    ...files,
    ...directory,
    endOfDirectory(Buffer.concat(directory).length, offset, entries.length),
  ]);
}

function pack(entry: ZipEntry, deflate: boolean): Packed {
  if (!deflate) return { ...entry, method: STORED, body: entry.content };
  return { ...entry, method: DEFLATED, body: deflateRawSync(entry.content, { level: 9 }) };
}

function localHeader(entry: Packed): Buffer {
  return Buffer.concat([
    Buffer.from("PK\x03\x04"),
    uint16(VERSION_NEEDED),
    about(entry),
    Buffer.from(entry.name),
  ]);
}

function directoryEntry(entry: Packed, offset: number): Buffer {
  const comment = uint16(0);
  const attributes = Buffer.concat([uint16(0), uint16(0), uint32(READABLE_FILE)]);
  return Buffer.concat([
    Buffer.from("PK\x01\x02"),
    ...[uint16(MADE_BY), uint16(VERSION_NEEDED), about(entry), comment, attributes],
    ...[uint32(offset), Buffer.from(entry.name)],
  ]);
}

/** What a file's header and its entry in the directory have in common: from the flags to the length of extra fields. */
function about({ name, content, method, body }: Packed): Buffer {
  const time = uint16(0);
  const sizes = [uint32(body.length), uint32(content.length)];
  const lengths = [uint16(Buffer.byteLength(name)), uint16(0)];
  return Buffer.concat([
    ...[uint16(UTF8_NAMES), uint16(method), time, uint16(DATE)],
    ...[uint32(crc32(content)), ...sizes, ...lengths],
  ]);
}

function endOfDirectory(length: number, offset: number, count: number): Buffer {
  const disks = uint32(0);
  const counts = [uint16(count), uint16(count)];
  return Buffer.concat([
    Buffer.from("PK\x05\x06"),
    disks,
    ...counts,
    uint32(length),
    uint32(offset),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
