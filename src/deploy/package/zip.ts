import { crc32 } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** APPNOTE.TXT 4.4.3: all that is needed to read an entry that is stored as it is. */
const VERSION_NEEDED = 10;
/** 4.4.2: made on Unix, which gives the external attributes their meaning. */
const MADE_BY = (3 << 8) | VERSION_NEEDED;
/** 4.4.6: the first day that there is, so that the same files make the same zip at any time. */
const DATE = (1 << 5) | 1;
/** A file that everybody may read, as Lambda has to, in the upper half of 4.4.15. */
const READABLE_FILE = 0o100644 * 2 ** 16;

/**
 * A zip file that depends on nothing but names and contents: neither on the clock nor on who owns the files, and not on
 * the version of a compressor, because nothing is compressed.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const file = Buffer.concat([localHeader(entry), entry.content]);
    files.push(file);
    directory.push(directoryEntry(entry, offset));
    offset += file.length;
  }
  return Buffer.concat([
    ...files,
    ...directory,
    endOfDirectory(Buffer.concat(directory).length, offset, entries.length),
  ]);
}

function localHeader(entry: ZipEntry): Buffer {
  return Buffer.concat([
    Buffer.from("PK\x03\x04"),
    uint16(VERSION_NEEDED),
    about(entry),
    Buffer.from(entry.name),
  ]);
}

function directoryEntry(entry: ZipEntry, offset: number): Buffer {
  const comment = uint16(0);
  const attributes = Buffer.concat([uint16(0), uint16(0), uint32(READABLE_FILE)]);
  return Buffer.concat([
    Buffer.from("PK\x01\x02"),
    ...[uint16(MADE_BY), uint16(VERSION_NEEDED), about(entry), comment, attributes],
    ...[uint32(offset), Buffer.from(entry.name)],
  ]);
}

/** What a file's header and its entry in the directory have in common: from the flags to the length of extra fields. */
function about({ name, content }: ZipEntry): Buffer {
  const flags = uint16(0);
  const stored = uint16(0);
  const time = uint16(0);
  const size = uint32(content.length);
  const lengths = [uint16(Buffer.byteLength(name)), uint16(0)];
  return Buffer.concat([flags, stored, time, uint16(DATE), uint32(crc32(content)), size, size, ...lengths]);
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
