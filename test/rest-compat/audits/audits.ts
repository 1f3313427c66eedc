import { describe, expect, test } from 'vitest';

/** One fact of a dialect's document, or of what we decided where it is silent, and its proof. */
export interface Audit {
  /** Dialect, room, number: `MD-AUTH-1`; of what we decided `MD-AUTH-D1`. It stays with its fact. */
  id: string;
  /** As the document has it. */
  fact: string;
  check(): Promise<void>;
}

/** Each audit as a test that is named by its id. */
export function runAudits(title: string, audits: readonly Audit[]): void {
  describe(title, () => {
    test('every audit has an id of its own', () => {
      const ids = audits.map(({ id }) => id);
      expect(ids.filter((id) => !/^[A-Z]{2,3}(-[A-Z]+)+-D?\d+$/.test(id))).toEqual([]);
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    });

    test.each(audits.map((audit) => [audit.id, audit.fact, audit] as const))('%s %s', (_id, _fact, audit) =>
      audit.check(),
    );
  });
}
