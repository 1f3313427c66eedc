import { z } from 'zod';
import { PROVIDERS } from '../../vocabulary.ts';
import { plainId } from '../shapes/output.ts';
import { type Nameable, type Named, providerOf } from './model-names.ts';
import { objectIdOf } from './object-id.ts';
import { type Stamped, stamps, stampsShape } from './timestamps.ts';

export const modelShape = z.object({
  _id: z.string(),
  name: z.string(),
  provider: z.enum(PROVIDERS),
  version: z.string(),
  specialties: z.array(z.string()),
  cost_per_1k_tokens: z.number().nullable(),
  context_window: z.int().nullable(),
  status: z.enum(['active', 'inactive']),
  ...stampsShape,
});

interface Model extends Nameable, Stamped {
  version: string | null;
  specialties: string[];
  prices: { input: number } | null;
  contextWindow: number | null;
  isActive: boolean;
}

/** A provider, and how many of its models the account can use. */
interface Provider {
  id: Nameable['provider'];
  modelsCount: number;
}

export function toModel(
  { called, model }: Named<Model>,
  providers: readonly Provider[],
): z.input<typeof modelShape> {
  const isServed = providers.some(({ id, modelsCount }) => id === model.provider && modelsCount > 0);
  return {
    _id: objectIdOf(plainId(model.id)),
    name: called,
    provider: providerOf(model),
    version: model.version ?? model.modelId,
    // A model without specialties is general-purpose.
    specialties: model.specialties.length > 0 ? model.specialties : ['general'],
    cost_per_1k_tokens: model.prices && perThousand(model.prices.input),
    context_window: model.contextWindow,
    status: model.isActive && isServed ? 'active' : 'inactive',
    ...stamps(model),
  };
}

/** @param perMillion US dollars. Prices have six digits at most; float errors are rounded off. */
function perThousand(perMillion: number): number {
  return Number((perMillion / 1000).toFixed(9));
}
