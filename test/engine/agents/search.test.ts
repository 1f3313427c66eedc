import { beforeAll, describe, expect, test } from 'vitest';
import { defineSearch } from '../../../src/engine/agents/tools/search.ts';
import { fixture } from '../../harness/fixture.ts';
import { openWorkPlace } from '../sandbox/work-place.ts';

/** A machine without ripgrep, and one with it, if this one has it. */
const WAYS = [
  ['grep', defineSearch('command() { [ "$2" != rg ] && builtin command "$@"; }\n')],
  ['ripgrep', defineSearch()],
] as const;

const place = fixture(openWorkPlace, { stop: (place) => place.close() });
beforeAll(async () => {
  await place.run(String.raw`mkdir -p src/deep .git node_modules/x build
    printf 'const port = 8080;\nlet Größe = 1;\nfunction run() {\n  return interface{}\n}\n' >src/a.ts
    printf 'port: 90\n' >src/deep/b.js; printf 'port\n' >c.md; printf 'port\n' >.hidden; printf 'port\n' >build/out.ts
    printf 'build/\n' >.gitignore; printf 'port\n' >.git/x; printf 'port\n' >node_modules/x/y; printf 'port\0' >binary
    printf 'port \344\n' >latin; printf 'port\n' >"with space.ts"; printf 'port\n' >-dash; ln -s src/a.ts link; mkdir -m 0 shut`);
});

describe.each(WAYS)('with %s', (_name, tool) => {
  async function found(input: object) {
    const context = {
      sandbox: place.sandbox,
      workspace: place.workspace,
      signal: new AbortController().signal,
    };
    const { output, isError } = await tool.run(context, input);
    return isError ? { problem: output } : output.split('\n').toSorted();
  }

  test.each<[input: object, lines: string[]]>([
    [{ pattern: 'port = [0-9]+' }, ['./src/a.ts:1:const port = 8080;']],
    [{ pattern: String.raw`port = \d+` }, ['./src/a.ts:1:const port = 8080;']],
    [{ pattern: '(?:const|let) port' }, ['./src/a.ts:1:const port = 8080;']],
    [{ pattern: String.raw`\blet \w+ =` }, ['./src/a.ts:2:let Größe = 1;']],
    [{ pattern: String.raw`\<PORT\>`, ignore_case: true, path: 'src/deep' }, ['src/deep/b.js:1:port: 90']],
    [{ pattern: 'GRÖSSE|GRÖßE', ignore_case: true }, ['./src/a.ts:2:let Größe = 1;']],
    [{ pattern: 'p[[:alpha:]]{3}: ' }, ['./src/deep/b.js:1:port: 90']],
    [{ pattern: 'run() {'.replace('()', String.raw`\(\)`) }, ['./src/a.ts:3:function run() {']],
    [{ pattern: 'interface{}' }, ['./src/a.ts:4:  return interface{}']],
    [{ pattern: '(?i)PORT: ' }, ['./src/deep/b.js:1:port: 90']],
    [{ pattern: '^port$', glob: '*.md' }, ['./c.md:1:port']],
    [{ pattern: 'port', glob: '**/*.js' }, ['./src/deep/b.js:1:port: 90']],
    [
      { pattern: 'port', glob: '*.{ts,js}' },
      [
        './build/out.ts:1:port',
        './src/a.ts:1:const port = 8080;',
        './src/deep/b.js:1:port: 90',
        './with space.ts:1:port',
      ],
    ],
    [{ pattern: 'port', glob: 'src/*.ts' }, ['./src/a.ts:1:const port = 8080;']],
    [{ pattern: 'port', glob: 'src/**' }, ['./src/a.ts:1:const port = 8080;', './src/deep/b.js:1:port: 90']],
    [{ pattern: 'port', glob: '[ab].?s' }, ['./src/a.ts:1:const port = 8080;', './src/deep/b.js:1:port: 90']],
    [{ pattern: '^port$', glob: '!*.ts' }, ['./-dash:1:port', './.hidden:1:port', './c.md:1:port']],
    [{ pattern: 'port', path: 'c.md', glob: '*.ts' }, ['c.md:1:port']],
    [{ pattern: 'port', path: 'node_modules' }, ['node_modules/x/y:1:port']],
    [{ pattern: 'nothing like it' }, ['(no matches)']],
    [{ pattern: 'port', glob: '*.py' }, ['(no matches)']],
  ])('%j', async (input, lines) => {
    expect(await found(input)).toEqual(lines.toSorted());
  });

  test.each(['shut', 'nothing'])('%s cannot be searched', async (path) => {
    expect(await found({ pattern: 'x', path })).toEqual({
      problem: expect.stringMatching(/^there is no|cannot be read$/),
    });
  });

  test.each([
    ['(', /^pattern: unclosed group/],
    ['a(?=b)', /^pattern: .*look-around/],
    ['(a)\\1', /^pattern: .*backreference/],
    ['[a', /^pattern: missing closing \]/],
    ['a**', /^pattern: invalid nested repetition/],
  ])('%s is refused in words', async (pattern, problem) => {
    expect(await found({ pattern })).toEqual({ problem: expect.stringMatching(problem) });
  });
});
