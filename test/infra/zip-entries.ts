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
