import { expect } from 'vitest';
import { openLegacySocket } from '../clients/legacy-socket.ts';
import { askerOf, emailOf, expectJust, good, PASSWORD, type Walk } from './member.ts';

const MOUNT = '/mini-devin';

/** Registers, logs in, and follows two tasks of a session by their sockets. */
export const miniDevin: Walk = async (crowd, name) => {
  const account = { email: emailOf(name), password: PASSWORD, name };
  const anonymous = askerOf(crowd, MOUNT, {});
  await good(anonymous('POST', '/api/auth/register', account));
  const { access_token: token } = await good(anonymous('POST', '/api/auth/login', account));
  const ask = askerOf(crowd, MOUNT, { authorization: `Bearer ${token}` });
  const session = (await good(ask('POST', '/api/sessions', { name }))).id;
  const make = async (description: string): Promise<string> => {
    const body = { description, model: 'gpt-4o@tokens=30,itl=10' };
    const { id } = await good(ask('POST', `/api/sessions/${session}/tasks`, body));
    const socket = await openLegacySocket(crowd.url, `${MOUNT}/ws/tasks/${id}?token=${token}`);
    expect((await socket.closed).code).toBe(1000);
    expect(socket.messages.at(-1)).toMatchObject({ type: 'status', status: 'completed' });
    expect(await good(ask('GET', `/api/tasks/${id}`))).toMatchObject({
      id,
      status: 'completed',
      description,
    });
    return id;
  };
  const tasks = await Promise.all([make(`${name}: fix the test`), make(`${name}: explain it`)]);
  expectJust([session], await good(ask('GET', '/api/sessions')));
  expectJust(tasks, (await good(ask('GET', `/api/sessions/${session}`))).tasks);
  return { ids: [session, ...tasks], path: `/api/tasks/${tasks[0]}`, ask };
};
