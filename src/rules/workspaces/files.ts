/** A file of a working directory. */
export interface FoundFile {
  path: string;
  bytes: number;
}

export interface ComparableFiles {
  /** Paths of files that are small enough. */
  compared: string[];
  leftOut: string[];
}

const MAX_FILE_BYTES = 256 * 1024;
const MAX_TOTAL_BYTES = 4 * 1024 * 1024;

/**
 * Chooses the files of a working directory to keep for comparison: small ones first, up to a total size.
 * @param alsoLeftOut files omitted by an earlier choice, so that there is nothing to compare them with
 */
export function chooseFiles(
  found: readonly FoundFile[],
  alsoLeftOut: readonly string[] = [],
): ComparableFiles {
  const unknown = new Set(alsoLeftOut);
  const chosen: ComparableFiles = { compared: [], leftOut: [] };
  let total = 0;
  for (const { path, bytes } of found.toSorted((a, b) => a.bytes - b.bytes)) {
    const isComparable = !unknown.has(path) && bytes <= MAX_FILE_BYTES && total + bytes <= MAX_TOTAL_BYTES;
    if (isComparable) total += bytes;
    (isComparable ? chosen.compared : chosen.leftOut).push(path);
  }
  return chosen;
}
