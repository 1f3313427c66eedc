import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';

/**
 * SQL of CTEs that set columns of what shares its id with the runs in CTE `moved`. Each kind of run has a table of
 * its name, with a result, an error, a progress and the times of its start and its end.
 * @param own what is set besides, of a kind.
 */
export function setOfKindsSql(columns: string, own: Partial<Record<RunKind, string>> = {}): string {
  return RUN_KINDS.map((kind) => {
    const all = [columns, ...(own[kind] ? [own[kind]] : [])].join(', ');
    return `${kind}_set as (update ${kind} set ${all} from moved where ${kind}.id = moved.id)`;
  }).join(', ');
}
