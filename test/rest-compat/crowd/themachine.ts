import { expect } from 'vitest';
import { askerOf, expectJust, good, openAccount, poll, type Walk } from './member.ts';

const isOver = ({ status }: { status: string }) => status !== 'pending' && status !== 'in_progress';

/** Makes two tasks, and looks how far they are. */
export const theMachine: Walk = async (crowd, name) => {
  const { token } = await openAccount(crowd, name);
  const ask = askerOf(crowd, '/themachine', { authorization: `Bearer ${token}` });
  const carryOut = async (title: string): Promise<string> => {
    const body = { type: 'code', title, description: 'Create a new API endpoint', priority: 'medium' };
    const { id } = await good(ask('POST', '/api/v1/tasks', body));
    const ended = await poll(ask, `/api/v1/tasks/${id}`, isOver);
    expect(ended).toMatchObject({ id, status: 'completed', title, progress: 1, error: null });
    return id;
  };
  const tasks = await Promise.all([carryOut(`${name}: one`), carryOut(`${name}: two`)]);
  expectJust(tasks, await good(ask('GET', '/api/v1/tasks')));
  return { ids: tasks, path: `/api/v1/tasks/${tasks[0]}`, ask };
};
