/** The parts of everything that arrived together; those before an error are returned before it is thrown. */
export function* readTogether<Part>(
  arrived: readonly string[],
  read: (text: string, parts: Part[]) => void,
): Generator<readonly Part[]> {
  const parts: Part[] = [];
  try {
    for (const text of arrived) read(text, parts);
  } catch (error) {
    yield parts;
    throw error;
  }
  yield parts;
}
