import type { RunStatus } from '../../vocabulary.ts';

/** As GraphQL writes them. */
export type Status = Uppercase<RunStatus>;

/** The statuses of a dialect's word; null: no word was given, so any. */
export function statusesOf<Word extends string>(
  words: Record<Status, Word>,
  word: Word | undefined,
): Status[] | null {
  if (word === undefined) return null;
  return (Object.keys(words) as Status[]).filter((status) => words[status] === word);
}
