import { expect, test } from 'vitest';
import { patchText } from '../../../src/rules/workspaces/patch-text.ts';

const body = '--- a/x\t2026\n+++ b/x\t2026\n@@ -1 +1 @@\n-a\n+b\n';

test('what diff says is enough for contents', () => {
  expect(patchText([{ path: 'x', before: 'f', after: 'f', body }])).toBe(body);
});

test('git’s own lines name modes, links and empty files, and then those of the others', () => {
  const changes = [
    { path: 'x', before: 'f', after: 'f', body },
    { path: 'empty', before: '-', after: 'f', body: '' },
    { path: 'run', before: 'f', after: 'x', body: '' },
    {
      path: 'l',
      before: '-',
      after: 'l',
      body: '--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n',
    },
    { path: 'odd "\n', before: 'f', after: '-', body: '' },
  ] as const;
  expect(patchText(changes)).toBe(
    [
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n',
      'diff --git a/empty b/empty\nnew file mode 100644\n',
      'diff --git a/run b/run\nold mode 100644\nnew mode 100755\n',
      'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n',
      'diff --git "a/odd \\"\\n" "b/odd \\"\\n"\ndeleted file mode 100644\n',
    ].join(''),
  );
});

test('binary files are named first', () => {
  const binary = { path: 'b', before: 'f', after: 'f', body: 'Binary files a/b and b/b differ\n' } as const;
  expect(patchText([{ path: 'x', before: 'f', after: 'f', body }, binary])).toBe(`${binary.body}${body}`);
});
