import type { FastifyInstance } from 'fastify';
import type { Services } from '../context.ts';
import type { Admission } from './admission.ts';
import { checkSize } from './answer-size.ts';
import { type AnswerTurns, createAnswerTurns } from './answer-turns.ts';
import { limitBodies } from './bodies.ts';
import { type Connections, createConnections } from './connections.ts';
import { answerOneAtATime } from './one-at-a-time.ts';
import { createUnsent, type Unsent } from './unsent.ts';

/** What keeps clients from exhausting the memory and the sockets of this process. */
export interface Guards {
  turns: AnswerTurns;
  connections: Connections;
  unsent: Unsent;
}

/** Before routes are added. */
export function guard(app: FastifyInstance, services: Services, admission: Admission): Guards {
  const guards = {
    turns: createAnswerTurns(),
    connections: createConnections(services, admission),
    unsent: createUnsent(),
  };
  guards.connections.limit(app.server);
  app.addHook('onRequest', async ({ raw }) => guards.unsent.watch(raw.socket));
  answerOneAtATime(app);
  limitBodies(app, admission);
  // What a dialect makes of an answer may be longer than that was.
  app.addHook('preSerialization', async (_request, _reply, payload) => {
    checkSize(payload);
    return payload;
  });
  return guards;
}
