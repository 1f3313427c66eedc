import type { ClientBase } from 'pg';
import { RETAINED, type Retained } from '../../vocabulary.ts';
import { tables } from '../database/tables.ts';
import type { RetentionDays } from '../runs/deletion/expired.ts';
import type { Store } from '../store.ts';

/** Absent values stay unchanged; null: as long as the installation says. */
export type RetentionChange = { [Subject in Retained]?: number | null | undefined };

/** For how many days data of an account is kept: its own values, and those of the installation for the rest. */
export async function readRetention(
  { database, retention: installation }: Pick<Store, 'database' | 'retention'>,
  ownerId: string,
): Promise<RetentionDays> {
  const rows = await tables(database.pool)
    .selectFrom('retention')
    .select(['subject', 'days'])
    .where('ownerId', '=', ownerId)
    .execute();
  const own = new Map(rows.map(({ subject, days }) => [subject, days]));
  return Object.fromEntries(
    RETAINED.map((subject) => [subject, own.get(subject) ?? installation[subject]]),
  ) as unknown as RetentionDays;
}

/** Within the transaction that changes the account. */
export async function writeRetention(
  client: ClientBase,
  ownerId: string,
  change: RetentionChange,
): Promise<void> {
  for (const subject of RETAINED) {
    const days = change[subject];
    if (days === undefined) continue;
    await tables(client)
      .insertInto('retention')
      .values({ ownerId, subject, days })
      .onConflict((conflict) => conflict.columns(['ownerId', 'subject']).doUpdateSet({ days }))
      .execute();
  }
}
