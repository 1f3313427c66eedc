import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import pLimit from 'p-limit';
import { createFolder } from '../harness/folder.ts';
import { runProgram } from './run-program.ts';

/** As many as the machine of the tests has cores: npm waits for the network about half of its time. */
const AT_ONCE = 2;

/** For npm, whose report of an error is otherwise hidden below its help. */
const QUIETLY = ['--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline'];

/** Clients of the older APIs, beside their tests. */
const OLDER = [join(import.meta.dirname, '../rest-compat/clients/strict')];

/** Gives each folder the packages of its list, unless it has them already; and the apps polyphony-client. */
export async function setup(): Promise<void> {
  const packed = await createFolder();
  const atOnce = pLimit(AT_ONCE);
  try {
    const client = await pack(packed.path);
    await Promise.all(
      [...readdirSync(import.meta.dirname).map((name) => join(import.meta.dirname, name)), ...OLDER]
        .flatMap((folder) => {
          const has = (file: string) => existsSync(join(folder, file));
          if (has('vite.config.ts')) return [() => withNpm(folder, client)];
          if (has('package-lock.json')) return [() => withNpm(folder)];
          return has('requirements.txt') ? [() => withPip(folder)] : [];
        })
        .map((install) => atOnce(install)),
    );
  } finally {
    await packed.remove();
  }
}

/** polyphony-client as it would be published. @returns the path of the tarball */
async function pack(folder: string): Promise<string> {
  const parameters = ['pack', '--silent', '--pack-destination', folder];
  return join(folder, await runProgram('../../packages/client', 'npm', parameters));
}

/** @param tarball of a package beside those of the lockfile, which names no files */
function withNpm(folder: string, ...tarball: string[]): Promise<void> {
  const lists = [join(folder, 'package-lock.json'), ...tarball];
  return unlessInstalled(lists, join(folder, 'node_modules'), async () => {
    const client = basename(folder);
    await runProgram(client, 'npm', ['ci', ...QUIETLY]);
    const unsaved = ['--no-save', '--no-package-lock'];
    for (const file of tarball) await runProgram(client, 'npm', ['install', ...unsaved, ...QUIETLY, file]);
  });
}

function withPip(folder: string): Promise<void> {
  const list = join(folder, 'requirements.txt');
  return unlessInstalled([list], join(folder, '.venv'), async () => {
    const client = relative(import.meta.dirname, folder);
    await runProgram(client, 'python3', ['-m', 'venv', '.venv']);
    await runProgram(client, '.venv/bin/pip', ['install', '--quiet', '-r', list]);
  });
}

/** @param sources say what is installed; their hash is kept in the target */
async function unlessInstalled(
  sources: string[],
  target: string,
  install: () => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(source));
  const digest = hash.digest('hex');
  const mark = join(target, '.installed-from');
  if ((await readFile(mark, 'utf8').catch(() => null)) === digest) return;
  await rm(target, { recursive: true, force: true });
  await install();
  await writeFile(mark, digest);
}
