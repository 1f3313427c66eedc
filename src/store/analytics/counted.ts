import { RUN_KINDS } from '../../vocabulary.ts';
import type { AddParameter } from '../database/statement.ts';
import { countedRowsSql } from './counters/counted-rows.ts';
import { SUM_LIST, sumsOf } from './counters/sums.ts';
import { separateTimesSql, timesSql } from './counters/totals-sql.ts';
import type { AnalyticsScope } from './scope.ts';
import { type Span, spansOf } from './spans.ts';

const COLUMNS = `grain, at, subject, name, detail, bucket, ${SUM_LIST}`;
const TIMES = `'all' as grain, at, 'time', '', '', bucket, ${sumsOf({ count: 'time.count', duration_ms: 'duration_ms' })}`;
const CHANGED = `owner_id, session_id, user_label, at, subject, name, detail, bucket, ${SUM_LIST}`;

/**
 * SQL of the parts up to `counted`: totals of what is in the scope, from counters, pending changes and, for what
 * counters do not divide, rows of runs. All are of one snapshot, so that nothing is missed or counted twice. Of a
 * session, rows with the grain `all` have everything, and those with `day` are to be counted by day.
 */
export function countedSql(scope: AnalyticsScope, parameter: AddParameter): string {
  const owner = parameter(scope.ownerId, 'text');
  const spans = scope.window && spansOf(scope.window);
  const own = `owner_id = ${owner} and scope = ${scopeSql(scope, parameter)}`;
  const by = (grain: string, each: readonly Span[]) =>
    each.map((span) => `${own} and grain = '${grain}' and ${within('at', span, parameter)}`);
  const totals = spans
    ? [...by('hour', spans.hours), ...by('day', spans.days)]
    : [`${own} and grain in ('all', 'day')`];
  const times = spans
    ? [...by('hour', spans.hours), ...by('day', spans.daysOfMonths), ...by('month', spans.months)]
    : [`${own} and grain = 'all'`];
  const changes = spans
    ? [...spans.hours, ...spans.days].map((span) => within('at', span, parameter))
    : ['true'];
  const rest = spans && spans.rest.length > 0 && restSql(scope, spans.rest, parameter);
  return `
    changed as materialized (
      select ${CHANGED} from counter_change
      where owner_id = ${owner} and ${inScope(scope, parameter)} and (${['false', ...changes].join(' or ')})
      ${rest ? `union all select ${CHANGED} from (${rest}) as rest` : ''}
    ), counted as materialized (
      ${totals.map((condition) => `select ${COLUMNS} from counter where ${condition} union all`).join(' ')}
      ${times.map((condition) => `${timesSql(TIMES, condition)} union all`).join(' ')}
      select 'change' as ${COLUMNS} from (${separateTimesSql('changed')}) as change
    )`;
}

function scopeSql({ sessionId, userLabel }: AnalyticsScope, parameter: AddParameter): string {
  if (sessionId !== null) return `'s:' || ${parameter(sessionId, 'text')}`;
  return userLabel === null ? `''` : `'l:' || ${parameter(userLabel, 'text')}`;
}

function inScope({ sessionId, userLabel }: AnalyticsScope, parameter: AddParameter): string {
  if (sessionId !== null) return `session_id = ${parameter(sessionId, 'text')}`;
  return userLabel === null ? 'true' : `user_label = ${parameter(userLabel, 'text')}`;
}

function within(column: string, { from, to }: Span, parameter: AddParameter): string {
  const end = to ? ` and ${column} < ${parameter(to, 'timestamptz')}` : '';
  return `${column} >= ${parameter(from, 'timestamptz')}${end}`;
}

/** SQL of the rows of runs that were created at some times. */
function restSql({ ownerId, userLabel }: AnalyticsScope, spans: readonly Span[], parameter: AddParameter) {
  const owner = parameter(ownerId, 'text');
  const label =
    userLabel === null
      ? ''
      : `and session_id in (
          select id from session where owner_id = ${owner} and user_label = ${parameter(userLabel, 'text')})`;
  const whole = spans.map(
    (span) => `
      select run.*, run.created_at as at from run_search as search
        cross join lateral (select * from run where run.id = search.run_id offset 0) as run
      where search.owner_id = ${owner} and not search.is_part
        and search.kind = any(array[${RUN_KINDS.map((kind) => `'${kind}'`).join(', ')}])
        and ${within('search.created_at', span, parameter)} ${label}`,
  );
  const columns = (run: string) => `${run}.id, ${run}.owner_id, ${run}.session_id, whole.at`;
  return countedRowsSql(
    {
      whole: whole.join(' union all '),
      member: `
        select ${columns('whole')} from whole
        union all select ${columns('part')} from whole join run as part on part.parent_id = whole.id
        where whole.kind = 'execution'`,
      isFew: true,
    },
    false,
  );
}
