import { expect } from 'vitest';
import { openLegacySocket } from '../clients/legacy-socket.ts';
import { askerOf, emailOf, good, openAccount, PASSWORD, type Walk } from './member.ts';

const MOUNT = '/amas';

/** Logs in, and hears of two tasks on its one socket. */
export const amas: Walk = async (crowd, name) => {
  await openAccount(crowd, name);
  const login = { username: emailOf(name), password: PASSWORD };
  const { access_token: token } = await good(askerOf(crowd, MOUNT, {})('POST', '/api/v1/auth/login', login));
  const ask = askerOf(crowd, MOUNT, { authorization: `Bearer ${token}` });
  const socket = await openLegacySocket(crowd.url, `${MOUNT}/ws?token=${token}`);
  await socket.next(({ event }) => event === 'connected');
  const carryOut = async (title: string): Promise<string> => {
    const parameters = { model: 'gpt-4o@tokens=30,itl=10' };
    const body = { title, task_type: 'security_scan', target: 'example.com', parameters };
    const { id } = await good(ask('POST', '/api/v1/tasks', body));
    await good(ask('POST', `/api/v1/tasks/${id}/execute`));
    await socket.next(({ event, data }) => event === 'task_completed' && data.task_id === id);
    expect(await good(ask('GET', `/api/v1/tasks/${id}`))).toMatchObject({ id, status: 'completed', title });
    return id;
  };
  const tasks = await Promise.all([carryOut(`${name}: scan`), carryOut(`${name}: scan again`)]);
  const told = socket.messages.flatMap(({ data }) => data.task_id ?? []);
  expect([...new Set(told)].sort()).toEqual(tasks.toSorted());
  await socket.close();
  return { ids: tasks, path: `/api/v1/tasks/${tasks[0]}`, ask };
};
