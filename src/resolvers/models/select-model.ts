import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { chooseModel, type ModelChoice, type ModelNeeds, NO_NEEDS } from '../../rules/models/choice.ts';
import type { ModelCandidate } from '../../store/models/candidates.ts';
import { MODEL_CAPABILITIES, PROVIDERS } from '../../vocabulary.ts';
import { list, text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { estimatedCost } from './list-models.ts';

/** The models available to the viewer, best first, with their recent calls. */
export function readCandidates(context: Context): Promise<ModelCandidate[]> {
  const { userId } = requireViewer(context);
  return context.store.lookups.candidates(userId, context.providers);
}

/**
 * Chooses a model for the first set of requirements that any model meets.
 * @throws DomainError UNKNOWN_MODEL when none does
 */
export async function choose(
  context: Context,
  ...needs: readonly ModelNeeds[]
): Promise<ModelChoice<ModelCandidate>> {
  const candidates = await readCandidates(context);
  for (const each of needs) {
    const choice = chooseModel(candidates, each);
    if (choice) return choice;
  }
  const message = 'no active model of the configured providers meets all requirements';
  throw new DomainError('UNKNOWN_MODEL', message);
}

const word = text({ min: 1, max: 50 }).toLowerCase();

const needs = z.object({
  type: word.nullish(),
  requiredCapabilities: list(z.enum(MODEL_CAPABILITIES), 20, 'must have at most 20 capabilities').nullish(),
  specialties: list(word, 20, 'must have at most 20 specialties').nullish(),
  contextWindow: z.number().int().min(1, 'must be at least 1').nullish(),
  costSensitivity: z.number().min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').nullish(),
  preferredProvider: z.enum(PROVIDERS).nullish(),
});

export interface ModelSelection extends ModelChoice<ModelCandidate> {
  /** Input tokens that the estimate is for. */
  tokens: number;
  /** US dollars; null: the price is unknown. */
  estimatedCost: number | null;
}

/** Assumed input for estimates if no size is given. */
const USUAL_TOKENS = 1_000;

/** @throws DomainError VALIDATION_ERROR, UNKNOWN_MODEL when no model meets the requirements */
export async function selectModel(context: Context, input: unknown): Promise<ModelSelection> {
  const given = validate(needs, input, 'input');
  const wishes = [...(given.type ? [given.type] : []), ...(given.specialties ?? [])];
  const choice = await choose(context, {
    capabilities: given.requiredCapabilities ?? [],
    tools: NO_NEEDS.tools,
    wishes: [...new Set(wishes)],
    contextSize: given.contextWindow ?? null,
    costSensitivity: given.costSensitivity ?? NO_NEEDS.costSensitivity,
    preferredProvider: given.preferredProvider ?? null,
  });
  const tokens = given.contextWindow ?? USUAL_TOKENS;
  const cost = estimatedCost(choice.selected.model.row, { inputTokens: tokens });
  return { ...choice, tokens, estimatedCost: cost };
}
