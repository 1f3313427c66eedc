type Joined<Word extends string> = Word extends `${infer Head}-${infer Tail}`
  ? `${Head}_${Joined<Tail>}`
  : Word;

/**
 * Values of a GraphQL enum for stored words, each with its description: `in_progress` and `in-progress` both become
 * `IN_PROGRESS`.
 */
export function capitals<Word extends string>(
  words: readonly Word[],
  descriptions: Readonly<Record<Word, string>>,
) {
  const values = words.map((word) => [
    word.toUpperCase().replaceAll('-', '_'),
    { value: word, description: descriptions[word] },
  ]);
  return Object.fromEntries(values) as Record<Uppercase<Joined<Word>>, { value: Word; description: string }>;
}
