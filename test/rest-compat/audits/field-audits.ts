import { expect } from 'vitest';
import type { Audit } from './audits.ts';

/**
 * One audit for each field of an answer, and one that it has no others.
 * @param first the number of the first; the others follow
 */
export function fieldAudits(
  prefix: string,
  first: number,
  answer: string,
  read: () => Promise<Record<string, unknown>>,
  fields: Record<string, unknown>,
): Audit[] {
  const names = Object.keys(fields);
  const id = (index: number) => `${prefix}-${String(first + index).padStart(2, '0')}`;
  const each = names.map((name, index) => ({
    id: id(index),
    fact: `${answer} has ${name}`,
    check: async () => expect((await read())[name]).toEqual(fields[name]),
  }));
  const noOthers = {
    id: id(names.length),
    fact: `${answer} has no other fields`,
    check: async () => expect(Object.keys(await read()).toSorted()).toEqual(names.toSorted()),
  };
  return [...each, noOthers];
}
