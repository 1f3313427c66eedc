import { z } from 'zod';
import { change, execution, replay } from '../definitions/command.ts';
import type { Opened } from '../definitions/frame.ts';
import { framesOf, socket } from '../definitions/socket.ts';
import { jsonBody, text } from '../shapes/input.ts';
import { globalIdOf } from '../shapes/output.ts';
import { ACTIVITY, RUNNING, TASK, TASK_EVENTS } from './documents.ts';
import { refuse } from './errors.ts';
import { FRAMES, frame, progress } from './frames.ts';
import {
  markReplayed,
  markReported,
  type ReportedTasks,
  reportedTask,
  wasReported,
} from './reported-tasks.ts';

type Activity = Opened<unknown, ReportedTasks>;

const ofTask = jsonBody({ task_id: text() });

const heartbeat = (at: Date) => frame('heartbeat', {}, at);

/** Events of all tasks of an account from now on, after the progress of running ones. */
export const activitySocket = socket({
  path: '/ws',
  about: 'task',
  input: z.object({}),
  document: ACTIVITY,
  variables: () => ({}),
  begin: (): ReportedTasks => new Map(),
  greet: (at) => [frame('connected', { message: 'Connection established' }, at)],
  snapshot: {
    document: RUNNING,
    page(before) {
      const { hasNextPage, endCursor } = before?.tasks.pageInfo ?? { hasNextPage: true, endCursor: null };
      return hasNextPage ? { after: endCursor ?? null } : null;
    },
    frames: ({ tasks }, { state }) =>
      tasks.nodes.flatMap((task) =>
        progress({ taskId: task.id, told: reportedTask(state, task.id) }, task.progress, new Date()),
      ),
  },
  frames({ activity: { taskId, task, event } }, { state }) {
    if (!taskId || !event) return [];
    const told = reportedTask(state, taskId);
    if (told.isMuted || wasReported(told, event.seq)) return [];
    markReported(told, event.seq);
    told.agent = task?.agent ?? told.agent;
    return framesOf(FRAMES, event, { taskId, told, title: task?.title ?? null });
  },
  heartbeat: { seconds: 30, frame: heartbeat },
  commandField: 'command',
  commands: {
    subscribe_task: replay({
      input: ofTask,
      document: TASK_EVENTS,
      variables: ({ task_id }) => ({ id: globalIdOf('Task', task_id) }),
      answer({ taskEvents: event }, { task_id }, { state }: Activity) {
        const taskId = globalIdOf('Task', task_id);
        const told = reportedTask(state, taskId);
        if (event.__typename === 'CurrentState') {
          told.replayTo = event.task?.lastSeq ?? 0;
          told.isMuted = false;
          told.agent = event.task?.agent ?? null;
          told.replayedTitle = event.task?.title ?? null;
        }
        const teller = { taskId, told, title: told.replayedTitle };
        const frames = wasReported(told, event.seq) ? [] : framesOf(FRAMES, event, teller);
        if (event.seq >= told.replayTo) markReplayed(told);
        return frames;
      },
      isLast: ({ taskEvents: { seq } }, { task_id }, { state }: Activity) =>
        seq >= reportedTask(state, globalIdOf('Task', task_id)).replayTo,
    }),
    unsubscribe_task: execution({
      input: ofTask,
      document: TASK,
      variables: ({ task_id }) => ({ id: globalIdOf('Task', task_id) }),
      answer({ task }, _message, { state }: Activity) {
        reportedTask(state, task.id).isMuted = true;
        return [];
      },
    }),
    ping: change({ input: z.object({}), answer: (_message, _opened: Activity, at) => [heartbeat(at)] }),
  },
  refuse: (error, circumstances) =>
    frame('error', refuse(error, circumstances).body as Record<string, unknown>, circumstances.at),
});
