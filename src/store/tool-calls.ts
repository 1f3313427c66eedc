import type { StepStatus } from '../vocabulary.ts';
import type { Database } from './database.ts';

/** What the step of a tool call holds: what was asked for, and when it is completed what came of it. */
export interface ToolCallOutput {
  tool: string;
  /** Shortened where it is long; the whole stands in its turn. */
  input: unknown;
  output?: string;
  isError?: boolean;
  /** How many inputs of people it took up. */
  inputs?: number;
}

export interface ToolCallRow extends ToolCallOutput {
  runId: string;
  key: string;
  status: StepStatus;
  startedAt: Date;
  completedAt: Date | null;
}

/** The tool calls of many runs in one query, in the order in which they began. */
export async function readToolCalls(database: Database, runIds: readonly string[]): Promise<ToolCallRow[]> {
  const { rows } = await database.pool.query<
    Omit<ToolCallRow, keyof ToolCallOutput> & { output: ToolCallOutput }
  >({
    name: 'read-tool-calls',
    text: `
      select run_id as "runId", key, status, output, started_at as "startedAt", completed_at as "completedAt"
      from step where run_id = any($1::text[]) and key like 'tool:%' order by run_id, position`,
    values: [runIds],
  });
  return rows.map(({ output, ...row }) => ({ ...row, ...output }));
}
