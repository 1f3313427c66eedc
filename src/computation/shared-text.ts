const MAX_BYTES = 256;
const LENGTH_BYTES = 2;

/** Memory shared by two threads, for one short text. */
export function createNote(): SharedArrayBuffer {
  return new SharedArrayBuffer(LENGTH_BYTES + MAX_BYTES);
}

export function noteOn(note: SharedArrayBuffer): (text: string) => void {
  const bytes = Buffer.from(note);
  return (text) => bytes.writeUInt16LE(bytes.write(text, LENGTH_BYTES));
}

/** Empty: nothing has been written yet. */
export function readNote(note: SharedArrayBuffer): string {
  const bytes = Buffer.from(note);
  return bytes.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + bytes.readUInt16LE());
}
