const CENTRAL_DIRECTORY_ENTRY = Buffer.from("PK\x01\x02", "latin1");
const NAME_LENGTH_OFFSET = 28;
const NAME_OFFSET = 46;

/** The names in a zip file, from its central directory (APPNOTE 4.3.12). */
export function zipEntries(zip: Buffer): string[] {
  const names: string[] = [];
  for (
    let at = zip.indexOf(CENTRAL_DIRECTORY_ENTRY);
    at !== -1;
    at = zip.indexOf(CENTRAL_DIRECTORY_ENTRY, at + 1)
  ) {
    const length = zip.readUInt16LE(at + NAME_LENGTH_OFFSET);
    names.push(zip.toString("utf8", at + NAME_OFFSET, at + NAME_OFFSET + length));
  }
  return names;
}

interface StoredFile {
  readonly name: string;
  readonly crc: number;
  readonly attributes: number;
  readonly content: Buffer;
}

/** What a zip without compression holds: each file, and what its directory says of it (APPNOTE 4.3.7 and 4.3.12). */
export function storedFiles(zip: Buffer): StoredFile[] {
  return zipEntries(zip).map((name) => {
    // The name stands in the file's own header first, and last in its entry in the directory.
    const at = zip.lastIndexOf(name) - NAME_OFFSET;
    const start = zip.readUInt32LE(at + 42);
    const from = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const content = zip.subarray(from, from + zip.readUInt32LE(at + 20));
    return { name, crc: zip.readUInt32LE(at + 16), attributes: zip.readUInt32LE(at + 38), content };
  });
}
