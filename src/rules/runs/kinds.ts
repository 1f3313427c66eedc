import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';

interface KindFacts {
  /** Its type in GraphQL, and so the first part of its global ids. */
  type: 'Task' | 'Execution' | 'Orchestration' | 'BulkOperation';
  /** Whether it can be a turn of a thread. Its table then has `thread_id`, `joined_at` and `prompt`. */
  isTurn: boolean;
  /** Whether a worker holds a lease while it runs. An execution advances in one transaction at a time instead. */
  isLeased: boolean;
  /** Whether its model calls are those of the runs that are its parts. */
  callsAreOfParts: boolean;
  /** Whether it counts as one of the concurrent runs of its account, and waits when there are too many. */
  isLimited: boolean;
  /** Whether bulk operations act on it. */
  isInBulk: boolean;
}

/** How kinds of runs differ. Each has a table of its name, with result, error, progress and two times. */
export const KINDS = {
  task: {
    type: 'Task',
    isTurn: true,
    isLeased: true,
    callsAreOfParts: false,
    isLimited: true,
    isInBulk: true,
  },
  execution: {
    type: 'Execution',
    isTurn: false,
    isLeased: false,
    callsAreOfParts: true,
    isLimited: false,
    isInBulk: true,
  },
  orchestration: {
    type: 'Orchestration',
    isTurn: true,
    isLeased: true,
    callsAreOfParts: false,
    isLimited: true,
    isInBulk: true,
  },
  bulk: {
    type: 'BulkOperation',
    isTurn: false,
    isLeased: true,
    callsAreOfParts: false,
    isLimited: false,
    isInBulk: false,
  },
} as const satisfies Record<RunKind, KindFacts>;

type Kinds = typeof KINDS;

type KindsWith<Fact extends keyof KindFacts> = {
  [Kind in RunKind]: Kinds[Kind][Fact] extends true ? Kind : never;
}[RunKind];

export type TurnKind = KindsWith<'isTurn'>;
export type LeasedKind = KindsWith<'isLeased'>;

export const LEASED_KINDS = RUN_KINDS.filter(isLeased);

export function isLeased(kind: RunKind): kind is LeasedKind {
  return KINDS[kind].isLeased;
}

/** Kinds that `max_concurrent_runs` of an account limits. */
export const LIMITED_KINDS = RUN_KINDS.filter((kind) => KINDS[kind].isLimited);

/** Kinds that bulk operations act on. */
export const KINDS_IN_BULK = RUN_KINDS.filter((kind) => KINDS[kind].isInBulk);

export const TURN_KINDS = RUN_KINDS.filter((kind): kind is TurnKind => KINDS[kind].isTurn);

/** @returns null when the type of GraphQL is not that of a run. */
export function kindOfType(type: string): RunKind | null {
  return RUN_KINDS.find((kind) => KINDS[kind].type === type) ?? null;
}
