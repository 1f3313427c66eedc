import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createFolder } from '../harness/folder.ts';
import { isRoot, openWorkPlace, type WorkPlace, type WorkPlaceOptions } from './work-place.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const open: WorkPlace[] = [];
const openPlace = async (options: WorkPlaceOptions = {}) => {
  const place = await openWorkPlace(options);
  open.push(place);
  return place;
};
afterEach(() => {
  for (const place of open.splice(0)) {
    expect(place.leftovers()).toEqual([]);
    place.close();
  }
});

describe('who is ended first when memory is short', () => {
  const UNDO = `for value in 0 -1000 999; do
      for file in /proc/self/oom_score_adj /proc/self/oom_adj /proc/$$/task/$$/oom_score_adj /proc/1/oom_score_adj; do
        { echo $value >$file; } 2>/dev/null && echo "wrote $file"
      done
    done; cat /proc/self/oom_score_adj`;

  test('a command, whatever it does about it', async () => {
    const { run } = await openPlace();
    expect(await run(UNDO)).toMatchObject({ stdout: '1000\n' });
  });

  test.runIf(isRoot)('also where the server is not root', async () => {
    const fixture = join(import.meta.dirname, '../fixtures/sandboxed-command.ts');
    const { path, remove } = await createFolder();
    chownSync(path, 23_456, 23_456);
    const { stdout } = await promisify(execFile)(process.execPath, [fixture, path, UNDO], {
      uid: 23_456,
      gid: 23_456,
    });
    expect(JSON.parse(stdout)).toMatchObject({ stdout: '1000\n' });
    await remove();
  });
});
