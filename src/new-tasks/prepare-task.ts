import { NO_SUBJECT } from '../rules/tasks/task.ts';
import type { NewTask } from '../store/tasks/new-task.ts';

/** What a task asks for, which depends on its kind. */
export type Asked = Pick<
  NewTask,
  | 'prompt'
  | 'promptIsOurs'
  | 'system'
  | 'parameters'
  | 'provider'
  | 'model'
  | 'fallbackModels'
  | 'fallbackIsOurs'
  | 'responseSchema'
  | 'threadId'
  | 'agent'
  | 'template'
  | 'maxCost'
  | 'events'
>;

export const NOTHING_ASKED: Asked = {
  prompt: '',
  promptIsOurs: false,
  system: null,
  parameters: {},
  provider: null,
  model: null,
  fallbackModels: [],
  fallbackIsOurs: false,
  responseSchema: null,
  threadId: null,
  agent: null,
  template: null,
  maxCost: null,
  events: [],
};

/** Where a task belongs and how it runs, whatever it asks for. What is absent here has a default. */
export type TaskSettings = Pick<NewTask, 'ownerId' | 'origin' | 'kind' | 'priority'> &
  Partial<Omit<NewTask, keyof Asked | 'id'>>;

/** A task as the store creates it, all but its id. Its log begins with `RunCreated`. */
export function prepareTask(settings: TaskSettings, { events, ...asked }: Asked): Omit<NewTask, 'id'> {
  return {
    type: null,
    subject: NO_SUBJECT,
    sessionId: null,
    hold: false,
    parent: null,
    dependsOn: [],
    idempotency: null,
    prediction: null,
    tags: [],
    metadata: null,
    startAt: null,
    expiresAt: null,
    ...settings,
    ...asked,
    events: [{ type: 'RunCreated', data: { kind: settings.kind } }, ...events],
  };
}
