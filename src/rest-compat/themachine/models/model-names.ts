import { PROVIDERS } from '../../../vocabulary.ts';
import { lowerCase } from '../../shapes/output.ts';
import type { Model } from './model-shape.ts';

type Named = Pick<Model, 'id' | 'modelId' | 'provider' | 'isActive' | 'isBuiltIn'>;

/**
 * The name of a model for clients: its id, or `azure/gpt-4o` if the id alone would refer to another model.
 */
function nameOf({ provider, modelId }: Named): string {
  return `${lowerCase(provider)}/${modelId}`;
}

/** The name of a model that was requested by name. */
export function nameAsked(model: Named, asked: string): string {
  return asked === nameOf(model) ? asked : model.modelId;
}

/** For all models of a list. */
export function namesIn(models: readonly Named[]): (model: Named) => string {
  const meant = new Map<string, Named>();
  for (const model of models.toSorted(byPreference).reverse()) meant.set(model.modelId, model);
  return (model) => (meant.get(model.modelId)?.id === model.id ? model.modelId : nameOf(model));
}

/** As in the schema's `model(by:)`: available ones, the viewer's own, then by provider. */
function byPreference(one: Named, other: Named): number {
  return (
    Number(other.isActive) - Number(one.isActive) ||
    Number(one.isBuiltIn) - Number(other.isBuiltIn) ||
    rank(one) - rank(other)
  );
}

function rank({ provider }: Named): number {
  return PROVIDERS.indexOf(lowerCase(provider));
}
