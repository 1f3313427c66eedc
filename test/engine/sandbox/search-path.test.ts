import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ISOLATION_NAMES } from '../../../src/rules/workspaces/isolation.ts';
import { openWorkPlace, type WorkPlace } from './work-place.ts';

const USUAL = '/usr/local/bin:/usr/bin:/bin';
const PROGRAMS = ['bwrap', 'setpriv', 'unshare', 'prlimit', 'taskset', 'setsid', 'env'];

const open: WorkPlace[] = [];
afterEach(() => {
  for (const place of open.splice(0)) place.close();
});

/** With programs in the working directory, and in `bin` below it, that note that they ran outside. */
async function openPlanted(settings: Parameters<typeof openWorkPlace>[0]) {
  const place = await openWorkPlace(settings);
  open.push(place);
  const note = join(place.dataDir, 'ran-outside');
  mkdirSync(join(place.workspace, 'bin'));
  for (const path of PROGRAMS.flatMap((name) => [name, `bin/${name}`])) {
    const planted = join(place.workspace, path);
    writeFileSync(
      planted,
      `#!/bin/sh\necho ${path} >>${note}\nexec /usr/bin/${path.replace('bin/', '')} "$@"\n`,
    );
    chmodSync(planted, 0o755);
  }
  return { run: place.run, hasRun: () => existsSync(note) };
}

describe.each(ISOLATION_NAMES)('programs in the folder of a command, by %s', (mode) => {
  test.each([
    `.:${USUAL}`,
    `:${USUAL}`,
    `bin:${USUAL}`,
    `./bin:${USUAL}`,
    `/missing::${USUAL}`,
    // Of these nothing is left, and a shell takes an empty search path for the current folder.
    '.:bin',
    '',
  ])('are not started outside of the sandbox with the search path %j', async (searchPath) => {
    const { run, hasRun } = await openPlanted({ settings: { mode, searchPath } });
    const result = await run('echo works').catch((error) => error);
    expect(hasRun()).toBe(false);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'works\n' });
  });

  test('are not started either where the machine has none', async () => {
    const { run, hasRun } = await openPlanted({ settings: { mode, searchPath: '/missing:.:' } });
    await expect(run('echo works')).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(hasRun()).toBe(false);
  });
});
