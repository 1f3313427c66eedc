import { type ModelReference, sameModel } from './model-id.ts';

/** A model that could answer. */
export interface RoutableModel extends ModelReference {
  /** Its capabilities and specialties. */
  goodAt: readonly string[];
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

/** Beyond these no round is likely to get. */
const MOST_CANDIDATES = 5;

/**
 * Which models answer, in which order: preferred ones before the others, and among the preferred those first that
 * are good at the domain.
 * @param choice the models that nobody named, best first, and why the first of them is.
 */
export function routeModels(
  choice: { models: readonly RoutableModel[]; reason: string },
  wishes: { preferred: readonly RoutableModel[]; passedOver: readonly PassedOver[]; domain: string | null },
): Routing {
  const { preferred, passedOver, domain } = wishes;
  const isGood = ({ goodAt }: RoutableModel) => domain !== null && goodAt.includes(domain);
  const others = choice.models.filter((one) => !preferred.some((other) => sameModel(one, other)));
  const ordered = [...preferred.filter(isGood), ...preferred.filter((one) => !isGood(one)), ...others];
  const [first] = ordered;
  if (!first) return { candidates: [], reasoning: '' };
  const preference = isGood(first) ? `it is preferred, and good at ${domain}` : 'it is preferred';
  const skipped = passedOver.map(({ name, why }) => `${name} (${why})`);
  return {
    candidates: ordered
      .slice(0, Math.max(preferred.length, MOST_CANDIDATES))
      .map(({ provider, model }) => ({ provider, model })),
    reasoning: [
      `${first.provider}/${first.model} answers first: ${preferred.includes(first) ? preference : choice.reason}.`,
      ...(skipped.length > 0 ? [`Passed over: ${skipped.join(', ')}.`] : []),
    ].join(' '),
  };
}
