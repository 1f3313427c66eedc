import type { PromptParameters } from '../rules/task.ts';
import type { Origin, ProviderId, TaskKind } from '../vocabulary.ts';
import { appendSql, eventsParameter } from './event-log.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { addRunJobSql } from './job-queue.ts';
import type { Store } from './store.ts';

export interface NewTask {
  id: string;
  ownerId: string;
  origin: Origin;
  kind: TaskKind;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
  provider: ProviderId;
  model: string;
  priority: number;
  events: readonly NewEvent[];
}

/** Run, task, first events and job in one statement, hence in one transaction: all of it is there or none. */
export async function createTask(store: Store, task: NewTask): Promise<void> {
  const { rows } = await store.database.pool.query<LoggedEvent>({
    name: 'create-task',
    text: `
      with moved as (
        insert into run (id, kind, owner_id, origin, status, priority, last_seq)
        values ($1, 'task', $2, $3, 'queued', $4, jsonb_array_length($11::jsonb))
        returning id, last_seq, attempt, priority
      ), asked as (
        insert into task (id, kind, prompt, system, parameters, provider, model)
        values ($1, $5, $6, $7, $8, $9, $10)
      ), logged as (${appendSql('$11')}),
      queued as (select ${addRunJobSql('moved.id', 'moved.priority')} from moved)
      select logged.* from logged, (select count(*) from queued) as enqueue order by seq`,
    values: [
      task.id,
      task.ownerId,
      task.origin,
      task.priority,
      task.kind,
      task.prompt,
      task.system,
      JSON.stringify(task.parameters),
      task.provider,
      task.model,
      eventsParameter(task.events),
    ],
  });
  store.bus.publish(task.id, rows);
}
