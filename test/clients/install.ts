import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { runProgram } from './run-program.ts';

/** As many as the machine of the tests has cores: npm waits for the network about half of its time. */
const AT_ONCE = 2;

/** Gives each folder the packages of its lockfile, unless it has them already. */
export async function setup(): Promise<void> {
  const atOnce = pLimit(AT_ONCE);
  await Promise.all(
    readdirSync(import.meta.dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(import.meta.dirname, name))
      .flatMap((folder) => [
        ...(existsSync(join(folder, 'package-lock.json')) ? [() => withNpm(folder)] : []),
        ...(existsSync(join(folder, 'requirements.txt')) ? [() => withPip(folder)] : []),
      ])
      .map((install) => atOnce(install)),
  );
}

function withNpm(folder: string): Promise<void> {
  return unlessInstalled(folder, 'package-lock.json', 'node_modules', async () => {
    const quietly = ['--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline'];
    await runProgram(basename(folder), 'npm', ['ci', ...quietly]);
  });
}

function withPip(folder: string): Promise<void> {
  return unlessInstalled(folder, 'requirements.txt', '.venv', async () => {
    await runProgram(basename(folder), 'python3', ['-m', 'venv', '.venv']);
    await runProgram(basename(folder), '.venv/bin/pip', ['install', '--quiet', '-r', 'requirements.txt']);
  });
}

/** @param list names the packages; its hash is kept beside what was installed. */
async function unlessInstalled(
  folder: string,
  list: string,
  target: string,
  install: () => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256')
    .update(await readFile(join(folder, list)))
    .digest('hex');
  const mark = join(folder, target, '.installed-from');
  if ((await readFile(mark, 'utf8').catch(() => null)) === hash) return;
  await rm(join(folder, target), { recursive: true, force: true });
  await install();
  await writeFile(mark, hash);
}
