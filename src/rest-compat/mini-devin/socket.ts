import { z } from 'zod';
import { execution } from '../definitions/command.ts';
import type { Opened } from '../definitions/frame.ts';
import { framesOf, socket } from '../definitions/socket.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, path, text } from '../shapes/input.ts';
import { globalIdOf, isoSeconds } from '../shapes/output.ts';
import { queryInteger } from '../shapes/query.ts';
import { refuse } from './errors.ts';
import { FRAMES, TASK_EVENTS } from './frames.ts';

type Task = Opened<{ params: { task_id: string }; query: { after?: number | undefined } }>;

/** The largest sequence number that GraphQL's Int can hold. */
const MOST_EVENTS = 2 ** 31 - 1;

const idOf = ({ given }: Task) => globalIdOf('Task', given.params.task_id);

/**
 * A task's log from its beginning; it ends with the task. A client that sends `after` receives the
 * number of each event, and can continue after the last one; others receive documented members only.
 */
export const taskSocket = socket({
  path: '/ws/tasks/{task_id}',
  about: 'task',
  input: z.object({
    params: path('task_id'),
    query: z.object({ after: queryInteger(0, MOST_EVENTS).optional() }),
  }),
  document: TASK_EVENTS,
  variables: ({ params, query }) => ({ id: globalIdOf('Task', params.task_id), after: query.after ?? 0 }),
  begin: () => undefined,
  greet: () => [],
  frames({ taskEvents: event }, { given: { query } }) {
    const after = query.after ?? 0;
    const frames = framesOf(FRAMES, event, { after });
    if (query.after === undefined) return frames;
    const seq = event.__typename === 'CurrentState' ? after : event.seq;
    return frames.map((frame) => ({ ...frame, seq }));
  },
  commandField: 'type',
  commands: {
    stop: execution({
      input: z.object({}),
      document: graphql(
        'mutation cancelTask($input: CancelTaskInput!) { cancelTask(input: $input) { task { id } } }',
      ),
      variables: (_message, task: Task) => ({ input: { id: idOf(task) } }),
      answer: () => [],
    }),
    input: execution({
      input: jsonBody({ content: text() }),
      names: { text: 'content' },
      document: graphql(`mutation provideTaskInput($input: ProvideTaskInput!) {
        provideTaskInput(input: $input) { task { id } }
      }`),
      variables: ({ content }, task: Task) => ({ input: { id: idOf(task), text: content } }),
      answer: () => [],
    }),
  },
  refuse(error, circumstances) {
    const { code } = refuse(error, circumstances).body as { code: string };
    return { type: 'error', error: error.message, code, timestamp: isoSeconds(circumstances.at) };
  },
});
