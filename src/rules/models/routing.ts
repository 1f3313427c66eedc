import { type ModelReference, sameModel } from './model-id.ts';

/** A model that can answer. */
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
  /** Best first; empty: there is no model to choose from. */
  candidates: ModelReference[];
  /** A readable explanation: why the first model ranks first, and which preferences were skipped. */
  reasoning: string;
}

/** Rounds are unlikely to use more. */
const MOST_CANDIDATES = 5;

/**
 * Which models answer, in which order: preferred ones first, and among these those first that are good at the
 * domain.
 * @param choice the models chosen by default, best first, and why the first of them ranks first
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
      ...(skipped.length > 0 ? [`Skipped: ${skipped.join(', ')}.`] : []),
    ].join(' '),
  };
}
