import { crc32, deflateRawSync } from "node:zlib";

/** A file in a zip. */
interface Entry {
  readonly name: Buffer;
  readonly content: Buffer;
  readonly compressed: Buffer;
  /** Where its local header begins. */
  readonly offset: number;
}

const VERSION = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1 January 1980, the first day that the format knows: the same files are the same bytes. */
const DATE = (1 << 5) | 1;
/** A plain file that everybody may read, as Lambda must. */
const READABLE_FILE = 0o100644 * 0x10000;

/** A zip file (APPNOTE 4.3.6) of these files, by name. */
export function zip(files: Readonly<Record<string, Buffer>>): Buffer {
  let offset = 0;
  const entries = Object.entries(files).map(([name, content]): Entry => {
    const entry = {
      name: Buffer.from(name),
      content,
      compressed: deflateRawSync(content, { level: 9 }),
      offset,
    };
    offset += localHeader(entry).length + entry.compressed.length;
    return entry;
  });
  const directory = Buffer.concat(entries.map(directoryEntry));
  const bodies = entries.flatMap((entry) => [localHeader(entry), entry.compressed]);
  return Buffer.concat([...bodies, directory, endOfDirectory(entries.length, directory.length, offset)]);
}

/** APPNOTE 4.3.7. */
function localHeader(entry: Entry): Buffer {
  return Buffer.concat([numbers([0x04034b50, 4], [VERSION, 2], ...common(entry)), entry.name]);
}

/** APPNOTE 4.3.12. */
function directoryEntry(entry: Entry): Buffer {
  const comment: Field = [0, 2];
  const disk: Field = [0, 2];
  const internalAttributes: Field = [0, 2];
  return Buffer.concat([
    numbers(
      [0x02014b50, 4],
      [MADE_BY_UNIX, 2],
      [VERSION, 2],
      ...common(entry),
      comment,
      disk,
      internalAttributes,
      [READABLE_FILE, 4],
      [entry.offset, 4],
    ),
    entry.name,
  ]);
}

/** What both headers of a file have, in this order. */
function common({ name, content, compressed }: Entry): Field[] {
  const extraLength: Field = [0, 2];
  return [
    [UTF8_NAMES, 2],
    [DEFLATED, 2],
    [0, 2],
    [DATE, 2],
    [crc32(content), 4],
    [compressed.length, 4],
    [content.length, 4],
    [name.length, 2],
    extraLength,
  ];
}

/** APPNOTE 4.3.16. */
function endOfDirectory(count: number, length: number, offset: number): Buffer {
  return numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [length, 4], [offset, 4], [0, 2]);
}

type Field = readonly [value: number, bytes: number];

/** Numbers one after the other, the lowest byte first. */
function numbers(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntLE(value, 0, bytes);
      return buffer;
    }),
  );
}
