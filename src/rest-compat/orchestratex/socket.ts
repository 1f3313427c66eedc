import { z } from 'zod';
import { change } from '../definitions/command.ts';
import { framesOf, socket } from '../definitions/socket.ts';
import { graphql } from '../handling/documents.ts';
import { path } from '../shapes/input.ts';
import { globalIdOf, naiveMicroseconds } from '../shapes/output.ts';
import { MOST_LISTED } from '../shapes/whole-list.ts';
import { refuse } from './errors.ts';
import { FRAMES, SESSION_EVENTS } from './frames.ts';
import { NAME_FIELDS, type NameOf, namesOf } from './model-names.ts';

interface Catalog {
  nameOf: NameOf;
}

/** Events of the orchestrations of a session from now on; it ends when the session is deleted. */
export const sessionSocket = socket({
  path: '/ws/{session_id}',
  input: z.object({ params: path('session_id') }),
  document: SESSION_EVENTS,
  variables: ({ params }) => ({ id: globalIdOf('Session', params.session_id) }),
  begin: (): Catalog => ({ nameOf: namesOf([]) }),
  greet: () => [],
  // Sends nothing: events use the model names of the dialect's list.
  snapshot: {
    document: graphql(`query models($first: Int!) { models(first: $first) { nodes { ${NAME_FIELDS} } } }`),
    page: (before) => (before === null ? { first: MOST_LISTED } : null),
    frames({ models }, { state }) {
      state.nameOf = namesOf(models.nodes);
      return [];
    },
  },
  frames({ sessionEvents: { orchestrationId, orchestration, event } }, { state }) {
    if (!orchestrationId || !event) return [];
    const threadId = orchestration?.threadId ?? null;
    return framesOf(FRAMES, event, { orchestrationId, threadId, nameOf: state.nameOf });
  },
  commandField: 'type',
  commands: {
    ping: change({
      input: z.object({}),
      answer: (_message, _opened, at) => [{ type: 'pong', timestamp: naiveMicroseconds(at) }],
    }),
  },
  refuse(error, circumstances) {
    const body = refuse(error).body as Record<string, unknown>;
    return { type: 'error', ...body, timestamp: naiveMicroseconds(circumstances.at) };
  },
});
