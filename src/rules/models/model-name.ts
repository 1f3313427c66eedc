import type { ModelAbility } from '../../vocabulary.ts';
import { type ModelReference, plainProvider, sameModel } from './model-id.ts';

/** A row of the catalog that a name may refer to. */
export interface NamedModel extends ModelReference {
  isBuiltIn: boolean;
  /** Whether the name is its id or one of its aliases. */
  isNamed: boolean;
  /** Whether users enabled it. */
  isActive: boolean;
  /** Whether, additionally, its provider still offers it. */
  isOffered: boolean;
  /** Abilities that it lacks according to its server. */
  lacks: readonly ModelAbility[];
}

/** The model that a name refers to, and the abilities it lacks. */
export interface ResolvedModel extends ModelReference {
  lacks: readonly ModelAbility[];
}

/**
 * Resolves a name: the first available row with that name, otherwise the id of a provider's model, unless
 * that one was disabled.
 * @param rows in order of preference
 */
export function resolveName(name: string, rows: readonly NamedModel[]): ResolvedModel | null {
  const known = rows.find((row) => row.isNamed && row.isOffered && !isDisabled(row, rows));
  if (known) return { provider: known.provider, model: known.model, lacks: known.lacks };
  const plain = plainProvider(name);
  const row = plain && rows.find((each) => each.isBuiltIn && isOf(each, plain));
  if (row) return row.isActive ? { ...plain, lacks: row.lacks } : null;
  // The address of a custom model is only known from its row.
  return plain && plain.provider !== 'custom' ? { ...plain, lacks: [] } : null;
}

/** An account's own entry for a built-in model does not enable what an admin disabled. */
function isDisabled(row: NamedModel, rows: readonly NamedModel[]): boolean {
  return rows.some((other) => other.isBuiltIn && !other.isActive && sameModel(other, row));
}

/** The first row with a name, available or not. @param rows in order of preference */
export function rowCalled(name: string, rows: readonly NamedModel[]): ModelReference | null {
  const plain = plainProvider(name);
  const row = rows.find(({ isNamed }) => isNamed) ?? rows.find((each) => plain && isOf(each, plain));
  return row ? { provider: row.provider, model: row.model } : null;
}

/** What follows an `@` in an id is a setting of the model before it; Ollama's `name` is its `name:latest`. */
function isOf(row: ModelReference, { provider, model }: ModelReference): boolean {
  return row.provider === provider && [model, model.split('@')[0], `${model}:latest`].includes(row.model);
}
