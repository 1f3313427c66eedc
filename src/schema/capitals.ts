/** GraphQL's capitals for our words: `in_progress` is `IN_PROGRESS`. */
export function capitals<Word extends string>(
  words: readonly Word[],
  descriptions: Partial<Record<Word, string>> = {},
) {
  const values = words.map((word) => [word.toUpperCase(), { value: word, description: descriptions[word] }]);
  return Object.fromEntries(values) as Record<Uppercase<Word>, { value: Word; description: string }>;
}
