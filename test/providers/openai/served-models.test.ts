import { describe, expect, test } from 'vitest';
import { readEntries, toListed } from '../../../src/providers/openai/served-models.ts';
import { actorOf } from '../../harness/vendor/behaviours/actors.ts';

describe('the documented shapes of /v1/models', () => {
  test('a list may have no object around it, as at Together', () => {
    const { entry, means } = actorOf('vLLM').lists!['the window that it was started with']!;
    expect(toListed(readEntries([{ id: 'm', ...entry }])![0]!).traits).toMatchObject(means);
  });

  test('entries without a usable id are left out, and what is not a list is none', () => {
    const data = [{ id: 7 }, null, 'x', { id: '' }, { id: 'a\0' }, { id: 'x'.repeat(201) }, { id: 'ok' }];
    expect(readEntries({ data })).toEqual([{ id: 'ok' }]);
    for (const answer of [null, 'x', {}, { data: {} }, { error: 'no' }])
      expect(readEntries(answer)).toBeNull();
  });
});
