import type { ModelCapability } from '../vocabulary.ts';
import { type ModelReference, sameModel } from './model-id.ts';

/** A model of the catalog that could answer, best first among its equals. */
export interface RoutableModel extends ModelReference {
  capabilities: readonly ModelCapability[];
}

/** A preference that cannot be met, and why. */
export interface PassedOver {
  name: string;
  why: string;
}

export interface Routing {
  /** Best first; empty: there is nothing to choose from. */
  candidates: ModelReference[];
  /** For people: why the first comes first, and what was passed over. */
  reasoning: string;
}

/** What is worth most in a domain of work. Other words ask for nothing special. */
const WANTED: ReadonlyMap<string, ModelCapability> = new Map([
  ['code', 'code'],
  ['coding', 'code'],
  ['programming', 'code'],
  ['software', 'code'],
  ['analysis', 'reasoning'],
  ['logic', 'reasoning'],
  ['math', 'reasoning'],
  ['mathematics', 'reasoning'],
  ['reasoning', 'reasoning'],
  ['research', 'reasoning'],
  ['science', 'reasoning'],
  ['planning', 'planning'],
  ['strategy', 'planning'],
]);

/** Beyond these no round is likely to get. */
const MOST_CANDIDATES = 5;

/**
 * Which models answer, in which order: preferred ones before the others, and among both those first that can do what
 * the domain wants. The demo model is among them when it is preferred, or when there is no other.
 */
export function routeModels(
  models: readonly RoutableModel[],
  wishes: { preferred: readonly RoutableModel[]; passedOver: readonly PassedOver[]; domain: string | null },
): Routing {
  const { preferred, passedOver, domain } = wishes;
  const wanted = domain === null ? undefined : WANTED.get(domain.trim().toLowerCase());
  const ordered = [...ableFirst(preferred, wanted), ...ableFirst(without(models, preferred), wanted)];
  const [first] = ordered;
  if (!first) return { candidates: [], reasoning: '' };
  const reasons = [
    preferred.includes(first) ? 'it is preferred' : 'it is the first of the catalog',
    ...(wanted && first.capabilities.includes(wanted) ? [`it can do ${wanted}, which ${domain} wants`] : []),
  ];
  const skipped = passedOver.map(({ name, why }) => `${name} (${why})`);
  return {
    candidates: ordered
      .slice(0, Math.max(preferred.length, MOST_CANDIDATES))
      .map(({ provider, model }) => ({ provider, model })),
    reasoning: [
      `${first.provider}/${first.model} answers first: ${reasons.join(', and ')}.`,
      ...(skipped.length > 0 ? [`Passed over: ${skipped.join(', ')}.`] : []),
    ].join(' '),
  };
}

function ableFirst(models: readonly RoutableModel[], wanted: ModelCapability | undefined): RoutableModel[] {
  if (wanted === undefined) return [...models];
  const isAble = ({ capabilities }: RoutableModel) => capabilities.includes(wanted);
  return [...models.filter(isAble), ...models.filter((one) => !isAble(one))];
}

/** The other models; of these the demo only when nothing else is there. */
function without(models: readonly RoutableModel[], preferred: readonly RoutableModel[]): RoutableModel[] {
  const others = models.filter((one) => !preferred.some((other) => sameModel(one, other)));
  const real = others.filter(({ provider }) => provider !== 'demo');
  return real.length > 0 || preferred.length > 0 ? real : others;
}
