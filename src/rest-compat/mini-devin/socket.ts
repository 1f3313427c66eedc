import { z } from 'zod';
import { execution } from '../definitions/command.ts';
import type { Opened } from '../definitions/frame.ts';
import { framesOf, socket } from '../definitions/socket.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, path, text } from '../shapes/input.ts';
import { globalIdOf, isoSeconds } from '../shapes/output.ts';
import { refuse } from './errors.ts';
import { FRAMES, TASK_EVENTS } from './frames.ts';

type Task = Opened<{ params: { task_id: string } }>;

const idOf = ({ given }: Task) => globalIdOf('Task', given.params.task_id);

/** A task's log from its beginning; it ends with the task. */
export const taskSocket = socket({
  path: '/ws/tasks/{task_id}',
  about: 'task',
  input: z.object({ params: path('task_id') }),
  document: TASK_EVENTS,
  variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
  begin: () => undefined,
  greet: () => [],
  frames: ({ taskEvents }, opened) => framesOf(FRAMES, taskEvents, opened),
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
