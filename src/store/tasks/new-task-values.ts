import type { TaskSubject } from '../../rules/tasks/task.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { NewTask, NewTemplateTask, TaskParent } from './new-task.ts';

/** The parameters of the statement that creates a task, in order. */
export function newTaskValues(task: NewTask, blockers: number): unknown[] {
  const values = [
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
    task.idempotency?.key ?? null,
    task.idempotency?.bodyHash ?? null,
    task.hold ? 'pending' : 'queued',
    blockers,
    JSON.stringify(task.fallbackModels),
    task.responseSchema && JSON.stringify(task.responseSchema),
    task.threadId,
    task.maxCost,
    task.sessionId,
    task.type,
    ...agentColumns(task.agent),
    ...templateColumns(task.template),
    ...parentColumns(task.parent),
    task.fallbackIsOurs,
    ...subjectColumns(task.subject),
    task.promptIsOurs,
    task.prediction && JSON.stringify(task.prediction),
  ];
  return [...values, bytesOf(...values)];
}

function agentColumns(agent: NewTask['agent']): unknown[] {
  return agent ? [agent.id, agent.tools, JSON.stringify(agent.limits)] : [null, [], null];
}

function templateColumns(template: NewTemplateTask | null): unknown[] {
  if (!template) return [null, null, null, null, null];
  const { name, version, plan, values, secrets } = template;
  return [name, version, JSON.stringify(plan), JSON.stringify(values), secrets];
}

function parentColumns(parent: TaskParent | null): unknown[] {
  return [parent?.runId, parent?.stepKey, parent?.stepItem, parent?.stepAttempt].map(
    (value) => value ?? null,
  );
}

function subjectColumns({ title, description, target, context, taskParameters }: TaskSubject): unknown[] {
  const objects = [context, taskParameters].map((object) => object && JSON.stringify(object));
  return [title, description, target, ...objects];
}
