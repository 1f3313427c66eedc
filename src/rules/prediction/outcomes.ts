import { PREDICTION_LEVELS, type PredictionLevel, type TaskKind } from '../../vocabulary.ts';

/** The properties by which tasks of a history are grouped. */
export interface Work {
  /** As given by the client, in lower case; null: it has none. */
  type: string | null;
  /** Who or what performs it: `agent:<id>`, `template:<name>`, or `prompt`. */
  performer: string;
  /** `provider/model`; null for a template, whose steps may use several. */
  model: string | null;
}

/** The work of a task. */
export function workOf(task: {
  kind: TaskKind;
  type: string | null;
  agentId: string | null;
  templateName: string | null;
  provider: string | null;
  model: string | null;
}): Work {
  const { kind, type, agentId, templateName, provider, model } = task;
  const performers = {
    prompt: 'prompt',
    agent: `agent:${agentId}`,
    template: `template:${templateName}`,
    pull: 'pull',
  } satisfies Record<TaskKind, string>;
  return {
    type: type?.toLowerCase() ?? null,
    performer: performers[kind],
    model: kind === 'template' || model === null ? null : `${provider}/${model}`,
  };
}

/** The outcomes of tasks with the same work that completed or failed. */
export interface Outcomes extends Work {
  tasks: number;
  succeeded: number;
  /** Of successful tasks: the sum of the natural logarithms of their seconds, and of their squares. */
  logSeconds: number;
  squaredLogSeconds: number;
}

/** The evaluations of first answers by other models. */
export interface Scores {
  /** The domain of the orchestration; null: it has none. */
  type: string | null;
  model: string;
  answers: number;
  /** Sum of the scores, 0 to 1 each. */
  sum: number;
}

/** The past runs of a user. */
export interface History {
  outcomes: readonly Outcomes[];
  scores: readonly Scores[];
}

/** The key shared with similar work on each level; null: none on that level. */
const KEYS: Record<PredictionLevel, (work: Work) => string | null> = {
  history: () => '',
  type: ({ type }) => type,
  doer: ({ performer }) => performer,
  model: ({ model }) => model,
  combination: ({ type, performer, model }) => JSON.stringify([type, performer, model]),
};

export function isSameWork(one: Work, other: Work): boolean {
  return KEYS.combination(one) === KEYS.combination(other);
}

/** The indices of the effects of a work among all effects. */
export interface Placed {
  known: number[];
  /** Levels on which no similar work was seen. */
  unseen: PredictionLevel[];
}

/** Assigns an index to each key of each level. */
export function placeWorks(works: readonly Work[]): {
  /** The level of each index. */
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

/** How many tasks support a prediction. */
export interface Evidence {
  level: PredictionLevel;
  tasks: number;
  succeeded: number;
}

/** The tasks of a history that are similar to a work, broadest level first; empty levels are omitted. */
export function evidenceFor(outcomes: readonly Outcomes[], work: Work): Evidence[] {
  return PREDICTION_LEVELS.flatMap((level) => {
    const key = KEYS[level](work);
    const alike = key === null ? [] : outcomes.filter((past) => KEYS[level](past) === key);
    const tasks = alike.reduce((sum, past) => sum + past.tasks, 0);
    const succeeded = alike.reduce((sum, past) => sum + past.succeeded, 0);
    return tasks > 0 ? [{ level, tasks, succeeded }] : [];
  });
}
