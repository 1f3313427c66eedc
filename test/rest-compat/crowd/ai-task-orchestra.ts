import { expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { askerOf, expectJust, good, openAccount, poll, type Walk } from './member.ts';

const isOver = ({ status }: { status: string }) => status !== 'queued' && status !== 'running';

/** With a key, makes two tasks of a template, the one after the other, and looks how far they are. */
export const aiTaskOrchestra: Walk = async (crowd, name) => {
  const account = await openAccount(crowd, name);
  const made = 'mutation { createApiKey(input: { name: "legacy" }) { key } }';
  const { key } = data(await account.query(made)).createApiKey;
  const ask = askerOf(crowd, '/ai-task-orchestra', { 'x-api-key': key });
  const make = async (depends_on: string[]): Promise<string> => {
    const parameters = { model: 'llama3.2@tokens=30', prompt: name };
    const body = { template: 'ollama-inference', parameters, depends_on };
    return (await good(ask('POST', '/api/v1/tasks', body))).id;
  };
  const first = await make([]);
  const second = await make([first]);
  for (const id of [first, second]) {
    const ended = await poll(ask, `/api/v1/tasks/${id}`, isOver);
    expect(ended).toMatchObject({ id, status: 'completed', parameters: { prompt: name } });
  }
  const { completed, ...others } = await good(ask('GET', '/api/v1/tasks/status'));
  expectJust([first, second], completed);
  expect(Object.values(others).flat()).toEqual([]);
  return { ids: [first, second], path: `/api/v1/tasks/${first}`, ask };
};
