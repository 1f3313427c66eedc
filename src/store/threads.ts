import type { Database } from './database.ts';

/** A question and its answer. */
export interface Turn {
  prompt: string;
  output: string;
}

/** The completed turns of a thread that were asked before a task, oldest first, at most the last `limit`. */
export async function readTurns(
  database: Database,
  threadId: string,
  beforeRunId: string,
  limit: number,
): Promise<Turn[]> {
  const { rows } = await database.pool.query<Turn>({
    name: 'read-turns',
    text: `
      select task.prompt, task.result ->> 'output' as output
      from task join run on run.id = task.id,
        (select created_at, id from run where id = $2) as present
      where task.thread_id = $1 and run.status = 'completed' and task.result ->> 'output' <> ''
        and (run.created_at, run.id) < (present.created_at, present.id)
      order by run.created_at desc, run.id desc limit $3`,
    values: [threadId, beforeRunId, limit],
  });
  return rows.reverse();
}
