import { PROVIDERS } from '../../vocabulary.ts';
import { plainId } from '../shapes/output.ts';
import { objectIdOf } from './object-id.ts';

/** The fields of Nameable. */
export const NAME_FIELDS = 'id modelId name aliases provider isBuiltIn';

/** The fields that determine the name of a model. */
export interface Nameable {
  id: string;
  modelId: string;
  name: string;
  aliases: string[];
  provider: Uppercase<(typeof PROVIDERS)[number]>;
  isBuiltIn: boolean;
}

/** A model, and its name in this dialect. */
export interface Named<Model extends Nameable> {
  called: string;
  model: Model;
}

/**
 * The name of each model: its alias, `gpt4`, if it has one, otherwise its id; if that name is in use, with
 * its provider: `azure/gpt-4o`. The models are in the order in which a name is searched.
 */
export function named<Model extends Nameable>(models: readonly Model[]): Named<Model>[] {
  const taken = new Set<string>();
  return models.toSorted(byPrecedence).map((model) => {
    const plain = model.aliases[0] ?? model.modelId;
    const called = taken.has(plain) ? keyOf(model) : plain;
    taken.add(called);
    return { called, model };
  });
}

/** The name of a model in an event, which contains its id. */
export type NameOf = (reference: { provider: string; model: string }) => string;

export function namesOf(models: readonly Nameable[]): NameOf {
  const names = new Map(named(models).map(({ called, model }) => [keyOf(model), called]));
  return ({ provider, model }) => names.get(`${provider.toLowerCase()}/${model}`) ?? model;
}

/** Finds a model by any of its names; null: there is none. */
export function findNamed<Model extends Nameable>(
  all: readonly Named<Model>[],
  name: string,
): Named<Model> | null {
  const ways: ((one: Named<Model>) => boolean)[] = [
    ({ called }) => called === name,
    ({ model }) => model.aliases.includes(name),
    ({ model }) => model.modelId === name,
    ({ model }) => keyOf(model) === name,
    ({ model }) => [plainId(model.id), objectIdOf(plainId(model.id))].includes(name),
    ({ model }) => model.name === name,
  ];
  for (const way of ways) {
    const found = all.find(way);
    if (found) return found;
  }
  return null;
}

export function providerOf({ provider }: Pick<Nameable, 'provider'>) {
  return provider.toLowerCase() as (typeof PROVIDERS)[number];
}

/** `azure/gpt-4o`. */
function keyOf(model: Nameable): string {
  return `${providerOf(model)}/${model.modelId}`;
}

/** A user's own models before built-in ones, then in the order of their providers. */
function byPrecedence(one: Nameable, other: Nameable): number {
  return Number(one.isBuiltIn) - Number(other.isBuiltIn) || rankOf(one) - rankOf(other);
}

function rankOf(model: Nameable): number {
  return PROVIDERS.indexOf(providerOf(model));
}
