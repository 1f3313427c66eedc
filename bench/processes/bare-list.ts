/** The baseline of a list: Fastify, one join over the same tables, and JSON by hand. */
import Fastify from 'fastify';
import pg from 'pg';
import { serveCommands } from '../fork.ts';

const commands = {
  async start({ databaseUrl, poolMax }: { databaseUrl: string; poolMax: number }): Promise<string> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: poolMax });
    const app = Fastify({ forceCloseConnections: true });
    app.post('/tasks', async (request) => {
      const { ownerId, first } = request.body as { ownerId: string; first: number };
      const { rows } = await pool.query<Row>({ name: 'tasks', text: TASKS, values: [ownerId, first] });
      return { data: { tasks: toTasks(rows) } };
    });
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
};
export type BareListCommands = typeof commands;

interface Row {
  id: string;
  status: string;
  prompt: string;
  model: string;
  progress: number;
  created_at: Date;
  completed_at: Date | null;
  call_id: string | null;
  provider: string;
  call_status: string;
  input_tokens: number | null;
  output_tokens: number | null;
  cost: number | null;
}

const TASKS = `
  select page.*, call.id as call_id, call.provider, call.status as call_status, call.input_tokens,
    call.output_tokens, call.cost::float8 as cost
  from (
    select run.id, run.status, run.created_at, task.prompt, task.model, task.progress, task.completed_at
    from run join task on task.id = run.id
    where run.owner_id = $1 and run.kind = 'task'
    order by run.created_at desc, run.id desc limit $2
  ) as page left join model_call as call on call.run_id = page.id
  order by page.created_at desc, page.id desc, call.started_at, call.id`;

function toTasks(rows: Row[]): object[] {
  const tasks = new Map<string, ReturnType<typeof toTask>>();
  for (const row of rows) {
    const task = tasks.get(row.id) ?? toTask(row);
    tasks.set(row.id, task);
    if (row.call_id !== null) task.modelCalls.push(toCall(row));
  }
  return [...tasks.values()];
}

function toTask(row: Row) {
  const { id, status, prompt, model, progress } = row;
  const modelCalls: object[] = [];
  return {
    id,
    status,
    prompt,
    model,
    progress,
    createdAt: row.created_at,
    endedAt: row.completed_at,
    modelCalls,
  };
}

function toCall({ call_id, provider, call_status, input_tokens, output_tokens, cost }: Row): object {
  return {
    id: call_id,
    provider,
    status: call_status,
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    cost,
  };
}

serveCommands(commands);
