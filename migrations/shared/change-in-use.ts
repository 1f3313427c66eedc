import { setTimeout as wait } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';

/**
 * How long a lock is waited for, and so how long others wait behind it, for each table. It is shorter than
 * `deadlock_timeout`, so that no server's statement is cancelled for the sake of a migration. Locks that nobody waits
 * behind come first: they make autovacuum, which would hold the others up for a second, give way.
 */
const LOCK_MS = 500;
const lock = (tables: readonly string[]) => `
  set local lock_timeout = '60s';
  ${tables.map((table) => `lock table ${table} in share update exclusive mode;`).join(' ')}
  set local lock_timeout = '${LOCK_MS}ms';
  ${tables.map((table) => `lock table ${table} in access exclusive mode;`).join(' ')}`;

/** Others go on working between two tries. */
const PAUSE_MS = 1_000;
const TRIES = 600;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * A migration of tables that servers are using. It consists of several transactions, and finds out which of them were
 * done, because one that was interrupted starts from the beginning.
 */
export abstract class ChangeInUse extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  protected async has(condition: string): Promise<boolean> {
    const [row] = await this.execute(`select ${condition} as found`);
    return row?.found === true;
  }

  /**
   * Several statements in one message are one transaction, which an error rolls back.
   * @param tables all that it locks, in the order in which servers write them
   * @param change others wait for as long as it takes
   */
  protected async whileInUse(tables: readonly string[], change: string): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        await this.execute(`${lock(tables)} ${change}`);
        return;
      } catch (error) {
        const isInUse = (error as { code?: string }).code === LOCK_NOT_AVAILABLE;
        if (!isInUse || tried === TRIES) throw error;
      }
      await wait(PAUSE_MS);
    }
  }
}
