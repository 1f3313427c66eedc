import { PREDICTION_LEVELS, type PredictionLevel, type TaskKind } from '../../vocabulary.ts';

/** What tells the tasks of a history apart. */
export interface Work {
  /** In the caller's word, in small letters; null: it has none. */
  type: string | null;
  /** Who or what does it: `agent:<id>`, `template:<name>`, or `prompt`. */
  doer: string;
  /** `provider/model`; null: a template's, whose steps may ask several. */
  model: string | null;
}

/** The work that a task is. */
export function workOf(task: {
  kind: TaskKind;
  type: string | null;
  agentId: string | null;
  templateName: string | null;
  provider: string | null;
  model: string | null;
}): Work {
  const { kind, type, agentId, templateName, provider, model } = task;
  const doers = {
    prompt: 'prompt',
    agent: `agent:${agentId}`,
    template: `template:${templateName}`,
    pull: 'pull',
  } satisfies Record<TaskKind, string>;
  return {
    type: type?.toLowerCase() ?? null,
    doer: doers[kind],
    model: kind === 'template' || model === null ? null : `${provider}/${model}`,
  };
}

/** What the tasks of one kind of work came to: those that ended by themselves. */
export interface Outcomes extends Work {
  tasks: number;
  succeeded: number;
  /** Of those that succeeded: the sum of the natural logarithms of their seconds, and of the squares of these. */
  logSeconds: number;
  squaredLogSeconds: number;
}

/** What other models said about first answers. */
export interface Scores {
  /** The domain of the orchestration; null: it has none. */
  type: string | null;
  model: string;
  answers: number;
  /** Of their scores, 0 to 1 each. */
  sum: number;
}

/** What a user's own runs say. */
export interface History {
  outcomes: readonly Outcomes[];
  scores: readonly Scores[];
}

/** What a work has in common with others, level by level; null: nothing on that level. */
const KEYS: Record<PredictionLevel, (work: Work) => string | null> = {
  history: () => '',
  type: ({ type }) => type,
  doer: ({ doer }) => doer,
  model: ({ model }) => model,
  combination: ({ type, doer, model }) => JSON.stringify([type, doer, model]),
};

export function isSameWork(one: Work, other: Work): boolean {
  return KEYS.combination(one) === KEYS.combination(other);
}

/** Where the effects of a work stand among all effects. */
export interface Placed {
  known: number[];
  /** The levels on which nothing like it was seen. */
  unseen: PredictionLevel[];
}

/** A place for each key of each level that some works have. */
export function placeWorks(works: readonly Work[]): {
  /** The level of each place. */
  levels: PredictionLevel[];
  find(work: Work): Placed;
} {
  const names = [...new Set(works.flatMap((work) => keysOf(work).map(({ name }) => name)))];
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    levels: names.map((name) => name.slice(0, name.indexOf(':')) as PredictionLevel),
    find: (work) => {
      const keys = keysOf(work);
      return {
        known: keys.flatMap(({ name }) => places.get(name) ?? []),
        unseen: keys.filter(({ name }) => !places.has(name)).map(({ level }) => level),
      };
    },
  };
}

function keysOf(work: Work): { level: PredictionLevel; name: string }[] {
  return PREDICTION_LEVELS.flatMap((level) => {
    const key = KEYS[level](work);
    return key === null ? [] : [{ level, name: `${level}:${key}` }];
  });
}

/** How many tasks a prediction has to go by. */
export interface Evidence {
  level: PredictionLevel;
  tasks: number;
  succeeded: number;
}

/** What a history has on a work, the broadest level first; levels on which it has nothing are left out. */
export function evidenceFor(outcomes: readonly Outcomes[], work: Work): Evidence[] {
  return PREDICTION_LEVELS.flatMap((level) => {
    const key = KEYS[level](work);
    const alike = key === null ? [] : outcomes.filter((past) => KEYS[level](past) === key);
    const tasks = alike.reduce((sum, past) => sum + past.tasks, 0);
    const succeeded = alike.reduce((sum, past) => sum + past.succeeded, 0);
    return tasks > 0 ? [{ level, tasks, succeeded }] : [];
  });
}
