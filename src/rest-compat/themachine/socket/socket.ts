import { z } from 'zod';
import { change, execution } from '../../definitions/command.ts';
import type { Opened } from '../../definitions/frame.ts';
import { framesOf, socket } from '../../definitions/socket.ts';
import { graphql } from '../../handling/documents.ts';
import { jsonBody, text } from '../../shapes/input.ts';
import { globalIdOf } from '../../shapes/output.ts';
import { refuse } from '../errors.ts';
import { showTask, TASK } from '../tasks/task-shape.ts';
import { EXECUTION, showExecution } from '../workflows/execution-shape.ts';
import { ACTIVITY, FRAMES, frame, reportedOf } from './frames.ts';
import { markShown, type ReportedRuns, reportedRun } from './reported-runs.ts';

type Connection = Opened<unknown, ReportedRuns>;

const ofOne = jsonBody({ task_id: text().nullish(), execution_id: text().nullish() }).refine(
  ({ task_id, execution_id }) => Boolean(task_id) !== Boolean(execution_id),
  { path: ['task_id'], error: 'give either task_id or execution_id' },
);

const RUNNING = graphql(
  `query running($tasks: Boolean!, $afterTask: String, $executions: Boolean!, $afterExecution: String) {
    tasks(filter: { statuses: [RUNNING, WAITING] }, first: 100, after: $afterTask) @include(if: $tasks) {
      nodes { ...Task lastSeq } pageInfo { endCursor hasNextPage }
    }
    executions(filter: { statuses: [RUNNING, WAITING] }, first: 100, after: $afterExecution)
      @include(if: $executions) {
      nodes { ...Execution lastSeq } pageInfo { endCursor hasNextPage }
    }
  }`,
  [TASK, EXECUTION],
);

/** The first page reads both, later ones only those with more. */
const BEGINNING = { tasks: true, afterTask: null, executions: true, afterExecution: null };

/** Starts or stops following one task or execution, and sends its current state. */
function choose(type: 'subscribed' | 'unsubscribed') {
  return execution({
    input: ofOne,
    document: graphql(
      `query one($taskId: ID!, $isTask: Boolean!, $executionId: ID!, $isExecution: Boolean!) {
        task(id: $taskId) @include(if: $isTask) { ...Task lastSeq }
        execution(id: $executionId) @include(if: $isExecution) { ...Execution lastSeq }
      }`,
      [TASK, EXECUTION],
    ),
    variables: ({ task_id, execution_id }) => ({
      taskId: globalIdOf('Task', task_id ?? ''),
      isTask: Boolean(task_id),
      executionId: globalIdOf('Execution', execution_id ?? ''),
      isExecution: Boolean(execution_id),
    }),
    answer({ task, execution }, _message, { state }: Connection) {
      const asked = task ?? execution;
      const told = reportedOf({ task: task ?? null, execution: execution ?? null });
      if (!asked || !told) return [];
      markShown(state, asked);
      reportedRun(state, told.id).isMuted = type === 'unsubscribed';
      return [frame(type, told.data, new Date())];
    },
  });
}

/** Events of all tasks and executions of an account from now on, after those in progress. */
export const activitySocket = socket({
  path: '/ws',
  input: z.object({}),
  document: ACTIVITY,
  variables: () => ({}),
  begin: (): ReportedRuns => new Map(),
  greet: (at) => [frame('connected', { message: 'Connection established' }, at)],
  snapshot: {
    document: RUNNING,
    page(before) {
      if (!before) return BEGINNING;
      const [task, run] = [before.tasks?.pageInfo, before.executions?.pageInfo];
      const more = { tasks: task?.hasNextPage ?? false, executions: run?.hasNextPage ?? false };
      if (!more.tasks && !more.executions) return null;
      return { ...more, afterTask: task?.endCursor ?? null, afterExecution: run?.endCursor ?? null };
    },
    frames({ tasks, executions }, { state }) {
      const shown = { tasks: tasks?.nodes ?? [], executions: executions?.nodes ?? [] };
      for (const run of [...shown.tasks, ...shown.executions]) markShown(state, run);
      const data = {
        tasks: shown.tasks.map(showTask),
        executions: shown.executions.map(showExecution),
      };
      return [frame('snapshot', data, new Date())];
    },
  },
  frames({ activity: { task, execution, event } }, { state }) {
    const told = reportedOf({ task, execution });
    if (!told || !event) return [];
    const known = reportedRun(state, told.id);
    if (known.isMuted || event.seq <= known.seq) return [];
    known.seq = event.seq;
    return framesOf(FRAMES, event, told);
  },
  commandField: 'type',
  commands: {
    subscribe: choose('subscribed'),
    unsubscribe: choose('unsubscribed'),
    ping: change({
      input: z.object({}),
      answer: (_message, _connection: Connection, at) => [frame('pong', {}, at)],
    }),
  },
  refuse: (error, circumstances) =>
    frame('error', refuse(error).body as Record<string, unknown>, circumstances.at),
});
