import { v5, v7 } from 'uuid';
import type { Origin, RunKind } from '../../vocabulary.ts';

/** A new id: a UUID whose order is the order of creation, so that indexes stay compact. */
export function newId(): string {
  return v7();
}

/** The UUID namespace of derived ids, chosen once at random. */
const NAMESPACE = '5f2c1f0e-6d1b-4c58-9a3e-0c8f5a7d9b21';

/** Returns the same id whenever it is called with the same name. */
export function derivedId(name: string): string {
  return v5(name, NAMESPACE);
}

/** Kinds of objects whose ids have a special form in some of the older APIs. */
export type NamedKind = RunKind | 'agent' | 'workflow' | 'session' | 'thread';

/** The inputs of an id: a time, at least 12 unpredictable bytes, a UUID of the same. */
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

/** Like MongoDB's ObjectId: four bytes of seconds, eight random bytes. */
const objectId: Form = ({ now, random }) => {
  const seconds = Math.floor(now.getTime() / 1000);
  return seconds.toString(16).padStart(8, '0') + hex(random.subarray(0, 8));
};

/** The forms of ids in the documentation of the older APIs; all other ids are UUIDs. */
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
