/** A value of the same form that names nothing: what an id that is not yours has to look like. */
export function strangerTo(value: string): string {
  const decoded = Buffer.from(value, 'base64url').toString();
  const isEncoded = Buffer.from(decoded).toString('base64url') === value && /^[\x20-\x7e]+$/.test(decoded);
  return isEncoded && /[:[{]/.test(decoded)
    ? Buffer.from(other(decoded)).toString('base64url')
    : other(value);
}

/** Another end of each uuid; of any other id or name, another last letter or digit. */
function other(text: string): string {
  const changed = text.replaceAll(
    UUID,
    (uuid) => `${uuid.slice(0, -4)}${[...uuid.slice(-4)].map(flip).join('')}`,
  );
  return changed === text ? text.replace(/[a-z0-9](?=[^a-z0-9]*$)/i, flip) : changed;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** A digit stays one, and a digit of hexadecimal as well, so that what is made of them stays well-formed. */
function flip(character: string): string {
  if (/\d/.test(character)) return String(9 - Number(character));
  return /[a-f]/i.test(character) ? (character === 'a' ? 'b' : 'a') : character === 'q' ? 'r' : 'q';
}
