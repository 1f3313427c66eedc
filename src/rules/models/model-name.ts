import type { ModelAbility } from '../../vocabulary.ts';
import { type ModelReference, plainProvider } from './model-id.ts';

/** A row of the catalog that a name may mean. */
export interface NamedModel extends ModelReference {
  isBuiltIn: boolean;
  /** Whether the name is its id or one of its aliases. */
  isNamed: boolean;
  /** Whether people want it used. */
  isActive: boolean;
  /** Whether, besides, its provider still has it. */
  isOffered: boolean;
  /** What it cannot do by its server's account. */
  lacks: readonly ModelAbility[];
}

/** What a name means, and what the model cannot do. */
export interface ResolvedModel extends ModelReference {
  lacks: readonly ModelAbility[];
}

/**
 * What a name means: the first row on offer that is called so, else the id of a plain provider's model, unless that
 * one was taken out of use.
 * @param rows in the order in which they are preferred.
 */
export function resolveName(name: string, rows: readonly NamedModel[]): ResolvedModel | null {
  const known = rows.find(({ isNamed, isOffered }) => isNamed && isOffered);
  if (known) return { provider: known.provider, model: known.model, lacks: known.lacks };
  const plain = plainProvider(name);
  const row = plain && rows.find((each) => each.isBuiltIn && isOf(each, plain));
  if (row) return row.isActive ? { ...plain, lacks: row.lacks } : null;
  // Only its row knows where a custom model is.
  return plain && plain.provider !== 'custom' ? { ...plain, lacks: [] } : null;
}

/** The first row that is called so, on offer or not. @param rows in the order in which they are preferred. */
export function rowCalled(name: string, rows: readonly NamedModel[]): ModelReference | null {
  const plain = plainProvider(name);
  const row = rows.find(({ isNamed }) => isNamed) ?? rows.find((each) => plain && isOf(each, plain));
  return row ? { provider: row.provider, model: row.model } : null;
}

/** What follows an `@` in an id is a setting of the model before it; Ollama's `name` is its `name:latest`. */
function isOf(row: ModelReference, { provider, model }: ModelReference): boolean {
  return row.provider === provider && [model, model.split('@')[0], `${model}:latest`].includes(row.model);
}
