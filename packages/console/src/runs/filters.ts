import type { RunFilter, RunKind, RunOrder, RunOrderField, RunStatus } from '../documents.ts';
import { WORDS } from '../words.ts';

export const STATUSES = Object.keys(WORDS.statuses) as RunStatus[];
export const KINDS = Object.keys(WORDS.runKinds) as RunKind[];
export const ORDERS = Object.keys(WORDS.runs.orders) as RunOrderField[];

/** What the address of the page says about the list: everything, so that a copied address shows the same one. */
export function filterOf(asked: URLSearchParams): RunFilter {
  const list = (name: string) => {
    const values = asked.getAll(name);
    return values.length > 0 ? values : undefined;
  };
  const from = instant(asked.get('from'));
  const to = instant(asked.get('to'));
  return withoutAbsent({
    statuses: known(STATUSES, asked.getAll('status')),
    kinds: known(KINDS, asked.getAll('kind')),
    text: asked.get('text') || undefined,
    types: list('type'),
    models: list('model'),
    tags: list('tag'),
    createdAt: from || to ? withoutAbsent({ from, to }) : undefined,
  });
}

export function orderOf(asked: URLSearchParams): RunOrder | null {
  const [field] = known(ORDERS, [asked.get('order') ?? '']) ?? [];
  if (!field) return null;
  return { field, direction: asked.get('direction') === 'ASC' ? 'ASC' : 'DESC' };
}

/** A local date and time, as its input has it. */
function instant(value: string | null): string | undefined {
  const time = value ? new Date(value) : null;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}

function known<Word extends string>(words: readonly Word[], given: readonly string[]): Word[] | undefined {
  const found = words.filter((word) => given.includes(word));
  return found.length > 0 ? found : undefined;
}

type Present<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

function withoutAbsent<Value extends object>(value: Value): Partial<Present<Value>> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Partial<
    Present<Value>
  >;
}
