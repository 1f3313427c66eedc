import { RUN_KINDS } from '../vocabulary.ts';

/**
 * SQL of CTEs that set columns of what shares its id with the runs in CTE `moved`. Each kind of run has a table of
 * its name, with a result, an error, a progress and the times of its start and its end.
 */
export function setOfKindsSql(columns: string): string {
  return RUN_KINDS.map(
    (kind) => `${kind}_set as (update ${kind} set ${columns} from moved where ${kind}.id = moved.id)`,
  ).join(', ');
}
