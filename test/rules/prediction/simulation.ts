import type { Outcomes, Work } from '../../../src/rules/prediction/outcomes.ts';

/** Numbers from 0 to 1 that are the same every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A task of a world in which the truth is known. */
export interface TrueTask extends Work {
  /** How likely it was to succeed. */
  probability: number;
  hasSucceeded: boolean;
  seconds: number;
}

/** How much types, agents, models and their combinations differ, as deviations of their log-odds. */
export interface Differences {
  each: number;
  combinations: number;
}

const [TYPES, AGENTS, MODELS] = [5, 5, 4];

/**
 * A world of five types, five agents and four models, some of them more frequent than others, with log-normal
 * durations whose medians and spreads differ.
 */
export function createWorld(seed: number, { each, combinations }: Differences): () => TrueTask {
  const random = seeded(seed);
  const draw = (count: number, deviation: number) =>
    Array.from({ length: count }, () => normal(random) * deviation);
  const odds = [draw(TYPES, each), draw(AGENTS, each), draw(MODELS, each)] as const;
  const ofCombinations = draw(TYPES * AGENTS * MODELS, combinations);
  const overall = 1 + normal(random) / 2;
  const logSeconds = [draw(TYPES, 1), draw(AGENTS, 0.5), draw(MODELS, 0.5)] as const;
  const spreads = Array.from({ length: TYPES }, () => 0.3 + 0.7 * random());
  return () => {
    const type = Math.floor(random() * random() * TYPES);
    const agent = Math.floor(random() * AGENTS);
    const model = Math.floor(random() * random() * MODELS);
    const sum = (parts: readonly [number[], number[], number[]]) =>
      parts[0][type]! + parts[1][agent]! + parts[2][model]!;
    const own = ofCombinations[(type * AGENTS + agent) * MODELS + model]!;
    const probability = 1 / (1 + Math.exp(-overall - sum(odds) - own));
    return {
      type: `type ${type}`,
      performer: `agent:${agent}`,
      model: `demo/${model}`,
      probability,
      hasSucceeded: random() < probability,
      seconds: Math.exp(3 + sum(logSeconds) + normal(random) * spreads[type]!),
    };
  };
}

/** Counts and sums, as the store reads them. */
export function summed(tasks: readonly TrueTask[]): Outcomes[] {
  const alike = Map.groupBy(tasks, ({ type, performer, model }) => JSON.stringify([type, performer, model]));
  return [...alike.values()].map((group) => {
    const logs = group.filter(({ hasSucceeded }) => hasSucceeded).map(({ seconds }) => Math.log(seconds));
    const { type, performer, model } = group[0]!;
    return {
      type,
      performer,
      model,
      tasks: group.length,
      succeeded: logs.length,
      logSeconds: logs.reduce((sum, log) => sum + log, 0),
      squaredLogSeconds: logs.reduce((sum, log) => sum + log ** 2, 0),
    };
  });
}
