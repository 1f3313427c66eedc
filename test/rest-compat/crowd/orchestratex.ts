import { expect } from 'vitest';
import { scriptPair, verdict } from '../../orchestrations/orchestra.ts';
import { openLegacySocket } from '../clients/legacy-socket.ts';
import { askerOf, good, openAccount, type Walk } from './member.ts';

const MOUNT = '/orchestratex';

/** Has a thread of a session orchestrated, and hears of it on the session's socket. */
export const orchestrateX: Walk = async (crowd, name) => {
  const { token } = await openAccount(crowd, name);
  const authorization = `Bearer ${token}`;
  const ask = askerOf(crowd, MOUNT, { authorization });
  // All of them call their user the same: it is a label inside an account.
  const session = (await good(ask('POST', '/api/sessions/', { user_id: 'test_user_123' })))._id;
  const thread = (
    await good(ask('POST', '/api/threads/', { session_id: session, original_prompt: 'Write a function' }))
  )._id;
  const socket = await openLegacySocket(crowd.url, `${MOUNT}/ws/${session}`, { headers: { authorization } });
  // The upgrade is answered before the session is looked at; whoever is answered follows it.
  socket.send({ type: 'ping' });
  await socket.next(({ type }) => type === 'pong');
  const { author, evaluator } = scriptPair(
    crowd.vendor,
    [`${name}, a draft`, name],
    [verdict(4), verdict(9)],
  );
  const settings = { preferred_models: [author, evaluator] };
  const body = { thread_id: thread, prompt: 'Write a function', settings };
  const { _id: orchestration } = await good(ask('POST', '/api/orchestration/start', body));
  const ended = await socket.next(({ type }) => type === 'orchestration_completed');
  expect(ended).toMatchObject({ final_response: name, iterations: 2, final_score: 9 });
  const told = socket.messages.flatMap(({ orchestration_id: id }) => id ?? []);
  expect([...new Set(told)]).toEqual([orchestration]);
  await socket.close();
  const path = `/api/orchestration/status/${orchestration}`;
  expect(await good(ask('GET', path))).toMatchObject({ status: 'completed', final_response: name });
  const sessions = await good(ask('GET', '/api/sessions/user/test_user_123'));
  expect(sessions.map(({ _id }: { _id: string }) => _id)).toEqual([session]);
  return { ids: [session, thread, orchestration], path, ask };
};
