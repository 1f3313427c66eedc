const MOST_CHARACTERS = 200;

/** Joins names for an error message: as many as fit into 200 characters, then an ellipsis. */
export function abbreviateList(names: readonly string[], separator = ', '): string {
  const shown: string[] = [];
  let left = MOST_CHARACTERS;
  for (const name of names) {
    left -= name.length + separator.length;
    if (left < 0) return [...shown, '…'].join(separator);
    shown.push(name);
  }
  return shown.join(separator);
}
