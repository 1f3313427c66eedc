import type { Database } from './database.ts';

/** A question and its answer. */
export interface Turn {
  prompt: string;
  output: string;
}

/** The completed turns of a thread that were asked before a run, oldest first, at most the last `limit`. */
export async function readTurns(
  database: Database,
  threadId: string,
  beforeRunId: string,
  limit: number,
): Promise<Turn[]> {
  const { rows } = await database.pool.query<Turn>({
    name: 'read-turns',
    text: `
      select asked.prompt, asked.result ->> 'output' as output
      from (
        select id, prompt, result from task where thread_id = $1
        union all select id, prompt, result from orchestration where thread_id = $1
      ) as asked join run on run.id = asked.id,
        (select created_at, id from run where id = $2) as present
      where run.status = 'completed' and asked.result ->> 'output' <> ''
        and (run.created_at, run.id) < (present.created_at, present.id)
      order by run.created_at desc, run.id desc limit $3`,
    values: [threadId, beforeRunId, limit],
  });
  return rows.reverse();
}
