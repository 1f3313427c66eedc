import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  diffSince,
  type Snapshot,
  snapshotSchema,
  takeSnapshot,
} from '../../../src/engine/workspaces/workspace-diff.ts';
import { openWorkPlace, type WorkPlace } from '../sandbox/work-place.ts';

const { signal } = new AbortController();

let place: WorkPlace;
beforeEach(async () => {
  place = await openWorkPlace();
});
afterEach(() => {
  expect(place.leftovers()).toEqual([]);
  place.close();
});

/** As it comes back from a checkpoint. */
async function snapshot(): Promise<Snapshot> {
  return snapshotSchema.parse(
    JSON.parse(JSON.stringify(await takeSnapshot(place.sandbox, place.workspace, signal))),
  );
}

function diff(since: Snapshot): Promise<string> {
  return diffSince(place.sandbox, place.workspace, since, signal);
}

async function script(text: string): Promise<string> {
  const { exitCode, stdout, stderr } = await place.run(`set -e\n${text}`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

/** The diff undone in a copy of what is there now gives what was there before. */
async function undone(text: string): Promise<string> {
  const result = await place.run(
    'cp -r . /tmp/copy && cd /tmp/copy && git apply -R - && find . -path ./.git -prune -o -type f -print | sort | xargs tail -n +1',
    {
      stdin: text,
    },
  );
  return result.stdout + result.stderr;
}

describe('a directory that is no repository', () => {
  test('every kind of change, and the start can be had back from it', async () => {
    await script('printf "1\\n2\\n3\\n" >changed; echo x >gone; mkdir d; echo same >d/same; echo n >"a b"');
    const before = await script('find . -type f | sort | xargs -d "\\n" tail -n +1');
    const start = await snapshot();
    await script('printf "1\\nzwei\\n3\\n" >changed; rm gone; echo new >d/new; echo m >>"a b"');
    const text = await diff(start);
    expect(text).toMatch(
      /^--- a\/changed\t.*\n\+\+\+ b\/changed\t.*\n@@ -1,3 \+1,3 @@\n 1\n-2\n\+zwei\n 3$/m,
    );
    expect(text).toMatch(/^--- a\/gone\t.*\n\+\+\+ b\/gone\t.*\n@@ -1 \+0,0 @@\n-x$/m);
    expect(text).toMatch(/^\+\+\+ b\/d\/new\t.*\n@@ -0,0 \+1 @@\n\+new$/m);
    expect(text).not.toContain('same');
    const { stdout } = await place.run(
      'cp -r . /tmp/copy && cd /tmp/copy && git apply -R - && find . -type f | sort | xargs -d "\\n" tail -n +1',
      { stdin: text },
    );
    expect(stdout).toBe(before);
  });

  test('empty files, links and modes are in it, and it applies', async () => {
    const state = () =>
      script(
        String.raw`find . \( -type f -o -type l \) -printf '%y %m %P -> %l\n' | sort; find . -type f -print0 | sort -z | xargs -0 tail -n +1`,
      );
    await script(`umask 022; touch empty-gone; echo x >file; echo '#!/bin/sh' >prog; ln -s file link; ln -s file link-gone
      echo a >becomes-link; ln -s prog becomes-file; mkdir d; echo y >d/x; echo z >becomes-folder; echo q >"a b"; chmod 755 prog`);
    const before = await state();
    const start = await snapshot();
    await script(`umask 022; rm empty-gone link-gone; touch empty-new "$(printf 'odd\n"name')"; chmod 755 file; chmod 644 prog; ln -sf prog link
      ln -s d/x link-new; rm becomes-link becomes-file; ln -s file becomes-link; printf 'no end' >becomes-file
      echo '#!/bin/sh' >new-prog; chmod 755 new-prog; rm becomes-folder; mkdir becomes-folder; echo in >becomes-folder/f
      chmod 755 "a b"; echo q2 >>"a b"; ln -s /etc/passwd outside`);
    const after = await state();
    const text = await diff(start);
    expect(text).toContain('new file mode 100644');
    expect(text).toContain('new file mode 120000');
    expect(text).toContain('old mode 100755\nnew mode 100644\n');
    expect(text).not.toContain('root:');
    const kept = await place.run(
      'cp -a . /tmp/copy && cd /tmp/copy && git apply -R - && rm -rf "$OLDPWD"/* && cp -a . "$OLDPWD"',
      {
        stdin: text,
      },
    );
    expect(kept).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await state()).toBe(before);
    const again = await place.run('git apply -', { stdin: text });
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await state()).toBe(after);
  });

  test('more changes than it can hold: those that fit apply, and it says so', async () => {
    const start = await snapshot();
    await script('for n in $(seq 1 10); do seq 1 30000 >"f$n"; done');
    const text = await diff(start);
    expect(text.length).toBeLessThan(1_100_000);
    expect(text).toMatch(/^# the diff is too large; the rest is omitted\n/);
    expect(await place.run('rm f*; git apply -', { stdin: text })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await script('wc -l <f1')).toBe('30000\n');
  });

  test('nothing changed: nothing', async () => {
    expect(await diff(await snapshot())).toBe('');
    await script('echo a >a');
    expect(await diff(await snapshot())).toBe('');
  });

  test('what is large is left out and said to be; what is binary only differs', async () => {
    await script('head -c 300000 /dev/zero >large; printf "a\\0" >binary; echo a >grows');
    const start = await snapshot();
    await script('echo b >>large; printf "b\\0" >binary; head -c 300000 /dev/zero | tr "\\0" x >grows');
    const text = await diff(start);
    expect(text.split('\n').toSorted()).toEqual([
      '',
      '# not compared, because of its size: grows',
      '# not compared, because of its size: large',
      'Binary files a/binary and b/binary differ',
    ]);
  });

  test('odd names, links and pipes do no harm', async () => {
    await script(
      `echo a >"$(printf 'x\\n+y')"; echo a >-rf; ln -s /etc/passwd link; ln -s . loop; mkfifo pipe; touch closed; chmod 0 closed`,
    );
    const start = await snapshot();
    await script(`echo b >>"$(printf 'x\\n+y')"; echo b >>-rf`);
    const text = await diff(start);
    expect(text.match(/^\+b$/gm)).toHaveLength(2);
    expect(text).not.toContain('root:');
  });

  test('more files than are kept: told instead', async () => {
    await script('seq 1 6000 | xargs touch');
    const start = await snapshot();
    expect(start).toEqual({ kind: 'none', reason: 'it has too many files' });
    expect(await diff(start)).toBe('# the working directory is not compared: it has too many files\n');
  });

  test('a repository that is made in it is compared as files', async () => {
    const start = await snapshot();
    await script('git init -q; echo a >a; git add a; git -c user.name=a -c user.email=a commit -qm a');
    const text = await diff(start);
    expect(text).toMatch(/^\+\+\+ b\/a\t/m);
    expect(text).not.toContain('.git');
  });
});

describe('a repository', () => {
  const COMMIT = 'git -c user.name=a -c user.email=a@b commit -q';

  test('what was committed, staged, changed and made since, but not what is ignored', async () => {
    await script(`git init -q; echo a >a; echo b >b; echo ignored >.gitignore; git add .; ${COMMIT} -m 1`);
    const start = await snapshot();
    expect(start).toEqual({ kind: 'git', head: expect.stringMatching(/^[0-9a-f]{40}$/) });
    await script(
      `echo two >>a; git add a; ${COMMIT} -m 2; echo three >>a; git rm -q b; echo c >"new ö"; echo i >ignored`,
    );
    const before = await script('git status --porcelain; find .git -type f | sort | xargs sha256sum');
    const text = await diff(start);
    expect(text).toContain('diff --git a/a b/a\n');
    expect(text).toContain('\n a\n+two\n+three\n');
    expect(text).toContain('deleted file mode 100644');
    expect(text).toMatch(/--- \/dev\/null\n\+\+\+ b\/new ö\t?\n@@ -0,0 \+1 @@\n\+c\n/);
    expect(text).not.toContain('ignored');
    expect(await undone(text)).toContain('==> ./b <==\nb\n');
    // Looking changes nothing.
    expect(await script('git status --porcelain; find .git -type f | sort | xargs sha256sum')).toBe(before);
  });

  test('without a commit all of it is new', async () => {
    await script('git init -q; echo a >a; git add a; echo b >b');
    const start = await snapshot();
    expect(start).toEqual({ kind: 'git', head: null });
    expect((await diff(start)).match(/^new file mode/gm)).toHaveLength(2);
  });

  test('nothing changed: nothing, also after a move to another commit and back', async () => {
    await script(`git init -q; echo a >a; git add .; ${COMMIT} -m 1`);
    const start = await snapshot();
    await script(`echo b >a; ${COMMIT} -am 2; echo a >a; touch a`);
    expect(await diff(start)).toBe('');
  });

  test('its settings run no program and change no format', async () => {
    await script(`git init -q; echo a >a; git add .; ${COMMIT} -m 1`);
    const start = await snapshot();
    await script(`echo b >a
      printf '#!/bin/sh\\ntouch ran-hook' >.git/hooks/post-index-change; chmod +x .git/hooks/post-index-change
      echo '* diff=x' >.gitattributes
      git config diff.x.textconv 'touch ran-textconv; cat'; git config diff.x.command 'touch ran-command; true'
      git config diff.external 'touch ran-external; true'; git config core.fsmonitor 'touch ran-fsmonitor; true'
      git config core.pager 'touch ran-pager; cat'; git config diff.noprefix true; git config color.ui always
      git config core.worktree /etc; git config diff.mnemonicPrefix true`);
    const text = await diff(start);
    expect(text).toContain('--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n');
    expect(await script('ls')).toBe('a\n');
  });

  test('that is gone at the end: told', async () => {
    await script(`git init -q; echo a >a; git add .; ${COMMIT} -m 1`);
    const start = await snapshot();
    await script('rm -rf .git');
    expect(await diff(start)).toBe('# the comparison failed: there is no repository\n');
    await script('ln -s /usr .git');
    expect(await diff(start)).toBe('# the comparison failed: there is no repository\n');
  });

  test('a diff without end has an end', async () => {
    await script(`git init -q; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 1`);
    const start = await snapshot();
    await script('seq 1 1000000 >long');
    const text = await diff(start);
    expect(text.length).toBeLessThan(1_100_000);
    expect(text).toMatch(/^# the diff is too large; its middle is omitted\n/);
    expect(text).toMatch(/\+1000000\n$/);
  });
});
