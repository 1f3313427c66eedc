import type { StepStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/** What the step of a tool call holds: what was asked for, and when it is completed what came of it. */
export interface ToolCallOutput {
  tool: string;
  /** Shortened where it is long; the whole stands in its turn. */
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

/** Of each run; an agent may make many thousands, and each may hold tens of kilobytes. */
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
