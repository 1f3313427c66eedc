import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecretBox } from '../../src/secrets/secret-box.ts';
import { createFolder } from '../harness/folder.ts';

const secretsKey = Buffer.alloc(32, 7).toString('base64');

test('what was sealed is opened by whoever has the key', async () => {
  const sealed = await createSecretBox({ secretsKey, dataDir: '/nowhere' }).seal('ü secret');
  expect(sealed).not.toContain('secret');
  expect(await createSecretBox({ secretsKey, dataDir: '/nowhere' }).open(sealed)).toBe('ü secret');
});

test('the same is sealed differently each time', async () => {
  const box = createSecretBox({ secretsKey, dataDir: '/nowhere' });
  expect(await box.seal('a')).not.toBe(await box.seal('a'));
});

test('another key, and what was altered, open nothing', async () => {
  const box = createSecretBox({ secretsKey, dataDir: '/nowhere' });
  const sealed = await box.seal('a secret');
  const other = Buffer.alloc(32, 8).toString('base64');
  await expect(createSecretBox({ secretsKey: other, dataDir: '/nowhere' }).open(sealed)).rejects.toThrow(
    'was encrypted with the key',
  );
  const altered = `${sealed.slice(0, -6)}AAAAAA`;
  await expect(box.open(altered)).rejects.toThrow();
});

test('without one it is made once, and kept for us alone', async () => {
  const folder = await createFolder();
  const dataDir = join(folder.path, 'data');
  const settings = { secretsKey: null, dataDir };
  const sealed = await createSecretBox(settings).seal('a');
  expect(await createSecretBox(settings).open(sealed)).toBe('a');
  expect((await stat(join(dataDir, 'secrets.key'))).mode & 0o777).toBe(0o600);
  await folder.remove();
});
