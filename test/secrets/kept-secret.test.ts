import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSecret } from '../../src/secrets/kept-secret.ts';
import { createFolder } from '../harness/folder.ts';

let folder: Awaited<ReturnType<typeof createFolder>>;
let file: string;

beforeEach(async () => {
  folder = await createFolder();
  file = join(folder.path, 'a.secret');
});
afterEach(() => folder.remove());

test('a secret is made once, however many ask at once, and nothing else is left', async () => {
  const asked = await Promise.all(Array.from({ length: 20 }, () => keptSecret(file)));
  expect(new Set(asked).size).toBe(1);
  expect(await keptSecret(file)).toBe(asked[0]);
  expect(await readdir(folder.path)).toEqual(['a.secret']);
});

test('what a start that was killed left behind goes, and nothing that is somebody’s', async () => {
  const others = ['a.secret.txt', 'b.secret.0123456789ab'];
  for (const name of ['a.secret.0123456789ab', ...others]) await writeFile(join(folder.path, name), 'x');
  const secret = await keptSecret(file);
  expect((await readdir(folder.path)).sort()).toEqual(['a.secret', ...others]);
  expect(await readFile(file, 'utf8')).toBe(secret);
});

test('an empty file is told, not filled', async () => {
  await writeFile(file, '');
  await expect(keptSecret(file)).rejects.toThrow(`${file} is empty`);
});
