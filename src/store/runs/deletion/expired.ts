import type { Retained } from '../../../vocabulary.ts';

/** Days for which the installation keeps what accounts have no value of their own for; null: until it is deleted. */
export type RetentionDays = Readonly<Record<Retained, number | null>>;

export interface InstallationRetention extends RetentionDays {
  /** Days for which jobs whose last attempt failed are kept. */
  readonly failedJobs: number;
}

/**
 * SQL: what ended or last changed before this time has expired. The one rule of all statements that delete by age.
 * @param days SQL of the installation's days. @param own the name of a row of `retention`, whose days override them; it
 * may be null, as in an outer join
 */
export function expiredBefore(days: string, own: string): string {
  return `now() - make_interval(days => coalesce(${own}.days, ${days}))`;
}
