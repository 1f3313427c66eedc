import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';

interface KindFacts {
  /** Its type in GraphQL, and so the first part of its global ids. */
  type: 'Task' | 'Execution' | 'Orchestration';
  /** Whether it can be a turn of a thread. Its table then has `thread_id`, `joined_at` and `prompt`. */
  isTurn: boolean;
  /** Whether a worker holds a lease while it runs. An execution advances in one transaction at a time instead. */
  isLeased: boolean;
  /** Whether its model calls are those of the runs that are its parts. */
  callsAreOfParts: boolean;
}

/** How kinds of runs differ. Each has a table of its name, with result, error, progress and two times. */
export const KINDS = {
  task: { type: 'Task', isTurn: true, isLeased: true, callsAreOfParts: false },
  execution: { type: 'Execution', isTurn: false, isLeased: false, callsAreOfParts: true },
  orchestration: { type: 'Orchestration', isTurn: true, isLeased: true, callsAreOfParts: false },
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

export const TURN_KINDS = RUN_KINDS.filter((kind): kind is TurnKind => KINDS[kind].isTurn);

/** @returns null when the type of GraphQL is not that of a run. */
export function kindOfType(type: string): RunKind | null {
  return RUN_KINDS.find((kind) => KINDS[kind].type === type) ?? null;
}
