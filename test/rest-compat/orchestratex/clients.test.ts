import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { PYTHON, runClient } from '../../harness/client-programs.ts';
import { fixture } from '../../harness/fixture.ts';
import { startOrchestrateX, verdict } from './server.ts';

const CLIENTS = join(import.meta.dirname, '../clients');

const x = fixture(startOrchestrateX);

beforeEach(() => {
  // Of the two that they prefer, this one is said to be good at coding.
  const answers = ['def fibonacci(n):', 'def fibonacci(n, memo={}):'];
  x.vendor.scripts.set(
    'claude-sonnet-5-5',
    answers.map((text) => ({ text })),
  );
  x.vendor.scripts.set('gpt-4o', [
    { text: verdict(3, 'Slow') },
    { text: verdict(9.2, 'Good implementation, could use better error handling') },
  ]);
});

describe.each([
  ['at its mount', '/orchestratex'],
  ['at the documented paths themselves', ''],
])('%s', (where, mount) => {
  const walk = (program: string, file: string): Promise<string> =>
    runClient(program, [join(CLIENTS, file), `${x.server.url}${mount}`, `${file} ${where}`]);

  test.skipIf(!PYTHON)(
    'a Python program walks the document with requests',
    async () => {
      expect(await walk(PYTHON!, 'orchestratex.py')).toBe('walked');
    },
    60_000,
  );

  test('a page walks it with fetch and WebSocket', async () => {
    expect(await walk(process.execPath, 'orchestratex.mjs')).toBe('walked');
  });
});
