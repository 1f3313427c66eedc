import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { IsolationName } from '../../../src/rules/workspaces/isolation.ts';

/**
 * What only a filter of system calls prevents, so that commands can do it where `unshare` isolates them. Each is the
 * first cell of a row of the table in docs/operations.md#without-bubblewrap.
 */
export const NEEDS_FILTER = {
  families: 'Sockets of any family',
  interfaces: '`io_uring`, `bpf`, `keyctl`',
  allocation: '`fallocate`',
  pieces: 'Shared mappings of more than 256 MiB',
  unmapped: '`memfd_create`',
  segments: 'System V shared memory',
  processors: '`sched_setaffinity`',
} as const;

const OPERATIONS = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');

/** Declares a test that needs the filter; where there is none, a test that the table lists the case. */
export function filtered(
  mode: IsolationName,
  what: keyof typeof NEEDS_FILTER,
): (name: string, body: () => Promise<void>) => void {
  if (mode === 'bubblewrap') return test;
  return (name) => test(`${name}: listed as not prevented`, () => expect(isListed(what)).toBe(true));
}

export function isListed(what: keyof typeof NEEDS_FILTER): boolean {
  return OPERATIONS.includes(`\n| ${NEEDS_FILTER[what]} |`);
}
