import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, type Client, data, TASK_EVENTS, type TaskEvent } from '../harness/client.ts';
import type { ScriptedAnswer, Vendor } from '../harness/vendor/server.ts';

/** An answer that calls tools. */
export const calling = (
  ...calls: [name: string, input: string | Record<string, unknown>][]
): ScriptedAnswer => ({
  toolCalls: calls.map(([name, input]) => ({ name, arguments: input })),
});

export const call = (name: string, input: string | Record<string, unknown>) => calling([name, input]);

export interface Message {
  role: string;
  content: string;
  tool_call_id?: string;
}

/** Models of their own that answer as their scripts say. */
export function createScripts(vendor: Vendor) {
  let models = 0;
  return {
    /** @param settings of the vendor, such as `itl=5`. */
    model(answers: ScriptedAnswer[], settings = ''): string {
      models += 1;
      const model = `gpt-4o@key=${models}${settings && `,${settings}`}`;
      vendor.scripts.set(model, answers);
      return model;
    },
    /** The messages of each request for a model, oldest first. */
    asked(model: string): Message[][] {
      return vendor.requests
        .filter(({ body }) => body.model === model)
        .map(({ body }) => body.messages as Message[]);
    },
  };
}

/** What the model was told of its calls in its last request: the results of tools, in order. */
export function results(asked: Message[][]): string[] {
  return (asked.at(-1) ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content);
}

export const startAgent = (client: Client, model: string, more: object = {}): Promise<string> =>
  client.createTask({ kind: 'AGENT', prompt: 'Do it', model, ...more });

export const types = (events: TaskEvent[]): string[] => events.map(({ __typename: type }) => type);

export const ofType = (events: TaskEvent[], type: string): TaskEvent[] =>
  events.filter(({ __typename: name }) => name === type);

/** Resolves when an event of the type, the `nth` of it, is in the task's log. */
export async function seen(client: Client, id: string, type: string, nth = 1): Promise<TaskEvent> {
  let count = 0;
  for await (const payload of client.subscribe(TASK_EVENTS, { id })) {
    const event: TaskEvent = data(payload).taskEvents;
    if (event.__typename === type) count += 1;
    if (count === nth) return event;
  }
  throw new Error(`the task ended without ${type} number ${nth}`);
}

export function say(client: Client, id: string, text: string): Promise<Answer> {
  return client.query(
    `mutation ($input: ProvideTaskInput!) {
       provideTaskInput(input: $input) { task { id status } } }`,
    { input: { id, text } },
  );
}

/** A folder for the server's own files, as a test has it. */
export async function dataFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'polyphony-agents-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
