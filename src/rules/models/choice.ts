import type { ModelAbility, ModelCapability, ProviderId } from '../../vocabulary.ts';
import type { Prices } from '../money/money.ts';
import type { TrackRecord } from './track-record.ts';

/** The properties of a model that the choice uses. */
export interface Candidate {
  provider: ProviderId;
  modelId: string;
  /** Its rank in the catalog; lower is better. */
  rank: number;
  capabilities: readonly ModelCapability[];
  specialties: readonly string[];
  supportsFunctionCalling: boolean;
  /** Abilities that it lacks according to its server. */
  lacks: readonly ModelAbility[];
  /** null: unknown. */
  contextWindow: number | null;
  /** null: unknown. */
  prices: Prices | null;
  record: TrackRecord;
}

/** Requirements for a model. */
export interface ModelNeeds {
  /** Required capabilities. */
  capabilities: readonly ModelCapability[];
  /** `known`: models that are known to call tools; `possible`: those, and models for which it is unknown. */
  tools: 'none' | 'possible' | 'known';
  /** Desired capabilities and specialties. */
  wishes: readonly string[];
  /** Required context window in tokens; null: unknown. */
  contextSize: number | null;
  /** 0: the price is irrelevant, to 1: it is decisive. */
  costSensitivity: number;
  preferredProvider: ProviderId | null;
}

export const NO_NEEDS: ModelNeeds = {
  capabilities: [],
  tools: 'none',
  wishes: [],
  contextSize: null,
  costSensitivity: 0,
  preferredProvider: null,
};

/**
 * The requirements of a task, in the order in which they are tried: a model that is known to call tools is
 * preferred.
 */
export function needsOf(needed: ModelAbility): [ModelNeeds, ...ModelNeeds[]] {
  if (needed === 'text') return [NO_NEEDS];
  return [
    { ...NO_NEEDS, tools: 'known' },
    { ...NO_NEEDS, tools: 'possible' },
  ];
}

export interface ScoredModel<Model extends Candidate> {
  model: Model;
  /** 0 to 1. */
  score: number;
}

export interface ModelChoice<Model extends Candidate> {
  selected: ScoredModel<Model>;
  /** Other suitable models, best first. */
  alternatives: ScoredModel<Model>[];
  reason: string;
}

/**
 * Chooses a model for a request that names none. Real models are preferred to the demo model, and models with
 * an open circuit are avoided; among the rest the score decides, then the order of the candidates.
 * @returns null when no candidate meets the requirements
 */
export function chooseModel<Model extends Candidate>(
  candidates: readonly Model[],
  needs: ModelNeeds,
): ModelChoice<Model> | null {
  const real = candidates.filter(({ provider }) => provider !== 'demo');
  const able = (real.length > 0 ? real : candidates).filter((candidate) => meets(candidate, needs));
  const working = able.filter(({ record }) => record.circuit !== 'open');
  const [selected, ...alternatives] = (working.length > 0 ? working : able)
    .map((model) => ({ model, score: scoreOf(model, needs) }))
    .sort((one, other) => other.score - one.score);
  if (!selected) return null;
  const avoided = working.length > 0 ? able.filter((model) => !working.includes(model)) : [];
  return { selected, alternatives, reason: reasonFor(selected.model, needs, avoided) };
}

const CALLS_TOOLS: Record<ModelNeeds['tools'], (model: Candidate) => boolean> = {
  none: () => true,
  possible: ({ lacks }) => !lacks.includes('tools'),
  known: ({ lacks, supportsFunctionCalling }) => supportsFunctionCalling && !lacks.includes('tools'),
};

/** Every chosen model has to answer, which embedding models cannot. */
function meets(candidate: Candidate, needs: ModelNeeds): boolean {
  const { capabilities, contextWindow, lacks } = candidate;
  if (lacks.includes('text') || !CALLS_TOOLS[needs.tools](candidate)) return false;
  const isLargeEnough =
    contextWindow === null || needs.contextSize === null || contextWindow >= needs.contextSize;
  return isLargeEnough && needs.capabilities.every((capability) => capabilities.includes(capability));
}

/** The weight of a criterion, and how well the model meets it, 0 to 1. */
type Part = [weight: number, value: number];

function scoreOf(model: Candidate, needs: ModelNeeds): number {
  const parts: Part[] = [
    [1, 1 - Math.min(model.rank, LAST_RANK) / LAST_RANK],
    [1, successRate(model.record)],
    [0.1, quickness(model.record)],
    [2 * needs.costSensitivity, cheapness(model.prices)],
  ];
  if (needs.wishes.length > 0) parts.push([1.5, fitting(model, needs).length / needs.wishes.length]);
  if (needs.preferredProvider) parts.push([1.5, model.provider === needs.preferredProvider ? 1 : 0]);
  const weights = parts.reduce((sum, [weight]) => sum + weight, 0);
  return parts.reduce((sum, [weight, value]) => sum + weight * value, 0) / weights;
}

/** From here on the rank in the catalog makes no difference. */
const LAST_RANK = 100;

/** A model that was never called is assumed to succeed 19 times out of 20. */
function successRate({ successes, failures }: TrackRecord): number {
  return (successes + 19) / (successes + failures + 20);
}

/** 1 for no delay, 0.5 for 5 s; unknown counts as one second. */
function quickness({ firstTokenMs }: TrackRecord): number {
  return 5_000 / (5_000 + (firstTokenMs ?? 1_000));
}

/**
 * 1 for free, 0.5 for 2 dollars per million tokens, three quarters of them input; an unknown price counts as
 * expensive.
 */
function cheapness(prices: Prices | null): number {
  return prices ? 2 / (2 + (3 * Number(prices.input) + Number(prices.output)) / 4) : 0;
}

function fitting({ capabilities, specialties }: Candidate, { wishes }: ModelNeeds): string[] {
  const has: readonly string[] = [...capabilities, ...specialties];
  return wishes.filter((wish) => has.includes(wish));
}

function reasonFor(model: Candidate, needs: ModelNeeds, avoided: readonly Candidate[]): string {
  const { provider, prices, record } = model;
  if (provider === 'demo') return 'no provider is configured, so the demo model answers';
  const fits = fitting(model, needs);
  const reasons = [
    ...(needs.preferredProvider === provider ? [`served by ${provider}, which is preferred`] : []),
    ...(needs.tools === 'known' ? ['able to call tools'] : []),
    ...(needs.capabilities.length > 0 ? [`capable of ${needs.capabilities.join(', ')}`] : []),
    ...(fits.length > 0 ? [`good at ${fits.join(', ')}`] : []),
    ...(needs.costSensitivity > 0 && prices
      ? [`at $${Number(prices.input)} and $${Number(prices.output)} per million tokens`]
      : []),
    ...(record.failures > 0
      ? [`${record.successes} of its last ${record.successes + record.failures} calls succeeded`]
      : []),
    ...(avoided.length > 0 ? [`without ${avoided.map(nameOf).join(', ')}, which failed repeatedly`] : []),
  ];
  const first = 'the first general-purpose model of the configured providers';
  return reasons.length > 0 ? `the best score: ${reasons.join('; ')}` : first;
}

function nameOf({ provider, modelId }: Candidate): string {
  return `${provider}/${modelId}`;
}
