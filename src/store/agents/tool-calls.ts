import type { StepStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/** The checkpoint of a tool call: its input and, once completed, its result. */
export interface ToolCallOutput {
  tool: string;
  /** Truncated if long; the checkpoint of the turn has the full text. */
  input: unknown;
  output?: string;
  isError?: boolean;
  /** Number of user messages that it consumed. */
  inputs?: number;
}

export interface ToolCallRow extends ToolCallOutput {
  runId: string;
  key: string;
  status: StepStatus;
  startedAt: Date;
  completedAt: Date | null;
}

/** Per run; an agent may make many thousands of calls, each with tens of kilobytes. */
const MOST_CALLS = 100;

/** The last tool calls of many runs in one query, in the order in which they began. */
export async function readToolCalls(database: Database, runIds: readonly string[]): Promise<ToolCallRow[]> {
  const { rows } = await database.pool.query<
    Omit<ToolCallRow, keyof ToolCallOutput> & { output: ToolCallOutput }
  >({
    name: 'read-tool-calls',
    text: `
      select step.run_id as "runId", key, status, output, started_at as "startedAt", completed_at as "completedAt"
      from unnest($1::text[]) as asked(run_id) cross join lateral (
        select * from step where step.run_id = asked.run_id and key like 'tool:%'
        order by position desc limit ${MOST_CALLS}
      ) as step order by step.run_id, position`,
    values: [runIds],
  });
  return rows.map(({ output, ...row }) => ({ ...row, ...output }));
}
