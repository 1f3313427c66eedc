import { v7 } from 'uuid';
import type { Origin } from '../../vocabulary.ts';

/** A fresh id: a UUID whose order is the order of making, so that indexes stay compact. */
export function newId(): string {
  return v7();
}

/** What people ask for by an id that its origin has a form for. */
export type NamedKind = 'task' | 'agent' | 'workflow' | 'execution' | 'session' | 'thread' | 'orchestration';

/** What an id is made of: a moment, bytes that nobody can guess (12 at least), a UUID of the same. */
export interface IdSource {
  now: Date;
  random: Uint8Array;
  uuid: string;
}

type Form = (source: IdSource) => string;

const prefixed =
  (prefix: string): Form =>
  ({ uuid }) =>
    `${prefix}-${uuid}`;

/** `task_20250121_120000_abc12345`, in UTC. */
const dated: Form = ({ now, random }) => {
  const [day, time] = now.toISOString().replaceAll(/[-:]/g, '').split('T') as [string, string];
  return `task_${day}_${time.slice(0, 6)}_${hex(random.subarray(0, 4))}`;
};

/** As MongoDB's ObjectId: four bytes of seconds, eight of chance. */
const objectId: Form = ({ now, random }) => {
  const seconds = Math.floor(now.getTime() / 1000);
  return seconds.toString(16).padStart(8, '0') + hex(random.subarray(0, 8));
};

/** The forms that the documents of the older APIs show; all else is a UUID. */
const FORMS: Record<Origin, Partial<Record<NamedKind, Form>>> = {
  graphql: {},
  themachine: {
    task: prefixed('task'),
    agent: prefixed('agent'),
    workflow: prefixed('workflow'),
    execution: prefixed('execution'),
  },
  'ai-task-orchestra': {},
  'mini-devin': {},
  amas: { task: dated },
  orchestratex: { session: objectId, thread: objectId, orchestration: objectId },
};

export function idOf(origin: Origin, kind: NamedKind, source: IdSource): string {
  return (FORMS[origin][kind] ?? (({ uuid }) => uuid))(source);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
