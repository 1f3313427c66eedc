import { expect } from 'vitest';
import { openLegacySocket } from '../clients/legacy-socket.ts';
import { askerOf, expectJust, good, openAccount, poll, type Walk } from './member.ts';

const MOUNT = '/themachine';

const isOver = ({ status }: { status: string }) => status !== 'pending' && status !== 'in_progress';

/** Makes two tasks, looks how far they are, and hears of them on its one socket as well. */
export const theMachine: Walk = async (crowd, name) => {
  const authorization = `Bearer ${(await openAccount(crowd, name)).token}`;
  const ask = askerOf(crowd, MOUNT, { authorization });
  const socket = await openLegacySocket(crowd.url, `${MOUNT}/ws`, { headers: { authorization } });
  expect(await socket.next(({ type }) => type === 'snapshot')).toMatchObject({ data: { tasks: [] } });
  const carryOut = async (title: string): Promise<string> => {
    const body = { type: 'code', title, description: 'Create a new API endpoint', priority: 'medium' };
    const { id } = await good(ask('POST', '/api/v1/tasks', body));
    const ended = await poll(ask, `/api/v1/tasks/${id}`, isOver);
    expect(ended).toMatchObject({ id, status: 'completed', title, progress: 1, error: null });
    await socket.next(({ type, data }) => type === 'task_completed' && data.id === id);
    return id;
  };
  const tasks = await Promise.all([carryOut(`${name}: one`), carryOut(`${name}: two`)]);
  const told = socket.messages.flatMap(({ data }) => data.id ?? []);
  expect([...new Set(told)].sort()).toEqual(tasks.toSorted());
  await socket.close();
  expectJust(tasks, await good(ask('GET', '/api/v1/tasks')));
  return { ids: tasks, path: `/api/v1/tasks/${tasks[0]}`, ask };
};
