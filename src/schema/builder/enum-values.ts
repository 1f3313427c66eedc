type Joined<Word extends string> = Word extends `${infer Head}-${infer Tail}`
  ? `${Head}_${Joined<Tail>}`
  : Word;

/** GraphQL's capitals for our words: `in_progress` is `IN_PROGRESS`, and so is `in-progress`. */
export function capitals<Word extends string>(
  words: readonly Word[],
  descriptions: Partial<Record<Word, string>> = {},
) {
  const values = words.map((word) => [
    word.toUpperCase().replaceAll('-', '_'),
    { value: word, description: descriptions[word] },
  ]);
  return Object.fromEntries(values) as Record<Uppercase<Joined<Word>>, { value: Word; description: string }>;
}
