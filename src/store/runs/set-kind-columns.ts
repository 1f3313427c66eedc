import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';

/**
 * SQL of CTEs that set columns of the kind-specific rows of the runs in CTE `moved`. Each kind of run has a
 * table of the same name, with result, error, progress and the times of its start and its end.
 * @param own additional assignments for a kind
 */
export function setOfKindsSql(columns: string, own: Partial<Record<RunKind, string>> = {}): string {
  return RUN_KINDS.map((kind) => {
    const all = [columns, ...(own[kind] ? [own[kind]] : [])].join(', ');
    return `${kind}_set as (update ${kind} set ${all} from moved where ${kind}.id = moved.id)`;
  }).join(', ');
}
