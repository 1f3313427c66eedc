import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import type { ThreadSummary, Turn } from './read-turns.ts';

/** A summary to be stored. */
export interface NewThreadSummary extends Omit<ThreadSummary, 'runId'> {
  /**
   * The turns that it was made of, besides the previous summary; it covers everything up to the last of them.
   */
  of: readonly Turn[];
  /** `runId` of the previous summary; null: there was none. */
  previousRunId: string | null;
}

/**
 * Stores a summary of a thread. Turns that complete after its turns were read are not covered. Nothing is
 * stored when one of its turns was deleted meanwhile, which the text may quote, or when another summary was
 * stored.
 */
export async function saveSummary(
  database: Database,
  threadId: string,
  { text, turns, of, previousRunId }: NewThreadSummary,
): Promise<void> {
  const last = of.at(-1)!;
  await transaction(database, async (client) => {
    // A separate statement, so that the next one sees what was deleted before this transaction had the lock.
    await client.query('select from thread where id = $1 for no key update', [threadId]);
    await client.query({
      name: 'keep-thread-summary',
      text: `
        update thread set summary = jsonb_build_object('text', $2::text, 'turns', $3::int, 'joinedAt', $4::text,
          'runId', $5::text, 'madeAt', $6::text)
        where id = $1 and summary ->> 'runId' is not distinct from $7
          and (select count(*) from run where id = any($8::text[])) = cardinality($8::text[])`,
      values: [
        threadId,
        text,
        turns,
        last.joinedAt,
        last.runId,
        last.readAt,
        previousRunId,
        of.map(({ runId }) => runId),
      ],
    });
  });
}
