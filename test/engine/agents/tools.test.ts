import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOOP_TOOLS } from '../../../src/engine/agents/loop-tools.ts';
import { WORKSPACE_TOOLS } from '../../../src/engine/agents/tools/index.ts';
import type { ToolResult } from '../../../src/engine/agents/tools/tool.ts';
import { openWorkPlace, SECRET, type WorkPlace } from '../sandbox/work-place.ts';

const TOOLS = Object.values(WORKSPACE_TOOLS);

let place: WorkPlace;
beforeEach(async () => {
  place = await openWorkPlace();
});
afterEach(() => {
  expect(place.leftovers()).toEqual([]);
  place.close();
});

function call(name: string, input: unknown, signal = new AbortController().signal): Promise<ToolResult> {
  const tool = TOOLS.find(({ definition }) => definition.name === name)!;
  return tool.run({ sandbox: place.sandbox, workspace: place.workspace, signal }, input);
}

const ok = (output: string | RegExp) => ({ isError: false, output: matching(output) });
const wrong = (output: string | RegExp) => ({ isError: true, output: matching(output) });
const matching = (output: string | RegExp) =>
  typeof output === 'string' ? output : expect.stringMatching(output);

/** As a command of the agent would have left it. */
async function given(path: string, content: string): Promise<void> {
  expect(await call('write_file', { path, content })).toMatchObject({ isError: false });
}

describe('definitions', () => {
  test('each name once, each with a schema that is one and refuses what it does not know', () => {
    for (const [name, { definition }] of Object.entries({ ...WORKSPACE_TOOLS, ...LOOP_TOOLS }))
      expect(definition.name).toBe(name);
    expect(TOOLS.map(({ definition }) => definition.name)).toEqual([
      'terminal',
      'read_file',
      'write_file',
      'edit_file',
      'list_files',
      'search',
    ]);
    for (const { definition } of TOOLS) {
      expect(definition.description.length).toBeGreaterThan(30);
      expect(definition.parameters).toMatchObject({ type: 'object', additionalProperties: false });
      expect(new Ajv({ strict: true }).compile(definition.parameters)).toBeTypeOf('function');
    }
  });

  test.each(
    TOOLS.flatMap(({ definition: { name } }) =>
      [undefined, null, 'text', 5, [], { nonsense: true }].map((input) => ({ name, input })),
    ).filter(({ name, input }) => !(name === 'list_files' && Array.isArray(input))),
  )('$name refuses $input as a result, not as an exception', async ({ name, input }) => {
    expect(await call(name, input)).toEqual(wrong(new RegExp(`^Invalid arguments for ${name}\\.\\n.+: .+`)));
  });

  test.each([
    { name: 'read_file', input: { path: 'a\0b' }, told: /^path: must not contain U\+0000/m },
    { name: 'read_file', input: { path: '' }, told: /^path: / },
    { name: 'read_file', input: { path: 'a', offset: 0 }, told: /offset: .*>=1/ },
    { name: 'terminal', input: { command: 'true', timeout_seconds: 601 }, told: /timeout_seconds: .*<=600/ },
    { name: 'terminal', input: { command: 'x'.repeat(30_001) }, told: /command: .*30000/ },
    { name: 'write_file', input: { path: 'a', content: '\ud800' }, told: /content: must not contain/ },
    {
      name: 'edit_file',
      input: { path: 'a', old_text: '', new_text: '' },
      told: /old_text: must not be empty/,
    },
    { name: 'list_files', input: { depth: 21 }, told: /depth: .*<=20/ },
  ])('$name with $told', async ({ name, input, told }) => {
    const { output, isError } = await call(name, input);
    expect(isError).toBe(true);
    expect(output.split('\n').slice(1).join('\n')).toMatch(told);
  });

  test('what is aborted is no result', async () => {
    for (const { definition } of TOOLS.slice(0, 2)) {
      const input = definition.name === 'terminal' ? { command: 'true' } : { path: 'a' };
      const signal = AbortSignal.abort(new Error('cancelled'));
      await expect(call(definition.name, input, signal)).rejects.toThrow('cancelled');
    }
  });
});

describe('terminal', () => {
  test.each([
    { command: 'echo out; echo err >&2; echo out', expected: ok('out\nerr\nout\n[exit code 0]') },
    { command: 'true', expected: ok('(no output)\n[exit code 0]') },
    { command: 'echo no >&2; exit 3', expected: wrong('no\n[exit code 3]') },
    { command: 'if then', expected: wrong(/syntax error[\s\S]*\[exit code 2\]$/) },
    { command: 'cat', expected: ok('(no output)\n[exit code 0]') },
    { command: "printf 'a\\0b\\377'", expected: ok('a\ufffdb\ufffd\n[exit code 0]') },
    { command: 'read a <<<"x y"; echo "$a"\ncat <<E\nmore\nE', expected: ok('x y\nmore\n[exit code 0]') },
  ])('$command', async ({ command, expected }) => {
    expect(await call('terminal', { command })).toEqual(expected);
  });

  test('is killed after its time, and what it said is told', async () => {
    const result = await call('terminal', { command: 'echo begun; sleep 60', timeout_seconds: 1 });
    expect(result).toEqual(wrong('begun\n[killed: it ran longer than 1 s]'));
  });

  test('long output is kept at its ends', async () => {
    const { output } = await call('terminal', { command: 'seq 1 100000' });
    expect(output).toMatch(/^1\n2\n3\n[\s\S]*bytes omitted[\s\S]*\n100000\n\[exit code 0\]$/);
    expect(output.length).toBeLessThan(33_000);
  });
});

describe('read_file', () => {
  test.each([
    { path: 'a', content: 'one\ntwo\n', expected: ok('one\ntwo\n') },
    { path: 'deep/in/a', content: 'no line end', expected: ok('no line end') },
    { path: '-rf', content: 'ö€😀', expected: ok('ö€😀') },
    { path: "it's $(touch x) `y`", content: '\n\n', expected: ok('\n\n') },
    { path: 'empty', content: '', expected: ok('[the file is empty]') },
  ])('$path', async ({ path, content, expected }) => {
    await given(path, content);
    expect(await call('read_file', { path })).toEqual(expected);
    expect(await call('read_file', { path: join(place.workspace, path) })).toEqual(expected);
    expect(readdirSync(place.workspace)).toHaveLength(1);
  });

  test.each([
    { input: { offset: 2, limit: 1 }, expected: ok('2\n\n[the file has 5 lines; continue with offset 3]') },
    { input: { offset: 4 }, expected: ok('4\n5') },
    { input: { limit: 4 }, expected: ok('1\n2\n3\n4\n\n[the file has 5 lines; continue with offset 5]') },
    { input: { offset: 6 }, expected: ok('[the file has only 5 lines]') },
  ])('a part of it: $input', async ({ input, expected }) => {
    await given('a', '1\n2\n3\n4\n5');
    expect(await call('read_file', { path: 'a', ...input })).toEqual(expected);
  });

  test('a long one is read in parts that give the whole', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index} ö`);
    await given('long', lines.join('\n'));
    const read: string[] = [];
    for (let offset: number | undefined = 1; offset !== undefined; ) {
      const { output } = await call('read_file', { path: 'long', offset, limit: 10_000 });
      const next = /continue with offset (\d+)\]$/.exec(output)?.[1];
      const text = output.replace(/\n\[.*\]$/, '').split('\n');
      read.push(...(next ? text.slice(0, Number(next) - offset) : text));
      offset = next === undefined ? undefined : Number(next);
    }
    expect(read).toEqual(lines);
  });

  test('a line that is too long says so', async () => {
    await given('long', 'x'.repeat(100_000));
    const { output } = await call('read_file', { path: 'long' });
    expect(output).toMatch(/^x{65536}\n\[line 1 of 1 is cut: it is longer than 64 KiB\]$/);
  });

  test.each([
    { path: 'nothing', expected: wrong('there is no file nothing') },
    { path: '.', expected: wrong('. is not a regular file') },
    { path: '/dev/zero', expected: wrong('/dev/zero is not a regular file') },
    { path: 'pipe', expected: wrong('pipe is not a regular file') },
    { path: 'binary', expected: wrong('binary is not a text file') },
    { path: 'closed', expected: wrong(/Permission denied/) },
    { path: '/etc/shadow', expected: wrong('there is no file /etc/shadow') },
    { path: '../../../jwt.secret', expected: wrong('there is no file ../../../jwt.secret') },
    { path: 'link', expected: wrong('there is no file link') },
    { path: 'loop', expected: wrong('there is no file loop') },
  ])('$path: $expected.output', async ({ path, expected }) => {
    await place.run(
      `mkfifo pipe; printf 'a\\0b' >binary; touch closed; chmod 0 closed; ln -s ${place.secretFile} link; ln -s loop loop`,
    );
    expect(await call('read_file', { path })).toEqual(expected);
  });
});

describe('write_file', () => {
  test('makes folders, replaces what is there, and keeps its mode', async () => {
    const path = 'a/b/c.sh';
    expect(await call('write_file', { path, content: 'ö' })).toEqual(ok('created a/b/c.sh (2 bytes)'));
    await place.run('chmod 751 a/b/c.sh');
    expect(await call('write_file', { path, content: 'x\n' })).toEqual(ok('replaced a/b/c.sh (2 bytes)'));
    expect(await place.run('cat a/b/c.sh; stat -c %a a/b/c.sh; ls -A a/b')).toMatchObject({
      stdout: 'x\n751\nc.sh\n',
    });
  });

  test('a megabyte of everything arrives as it was', async () => {
    const content = `${'\'"$`\\ \t\r\n€😀%s'.repeat(60_000)}`;
    await given('all', content);
    expect(readFileSync(join(place.workspace, 'all'), 'utf8')).toBe(content);
  });

  test('through a link inside of the directory it writes what the link leads to', async () => {
    await given('real', 'old');
    await place.run('ln -s real link');
    await given('link', 'new');
    expect(await place.run('readlink link; cat real')).toMatchObject({ stdout: 'real\nnew' });
  });

  test.each([
    { path: '../x', expected: /^\.\.\/x is outside of the working directory \// },
    { path: '/tmp/x', expected: /is outside of the working directory/ },
    { path: '/etc/passwd', expected: /is outside of the working directory/ },
    { path: 'link', expected: /is outside of the working directory/ },
    { path: 'out/x', expected: /is outside of the working directory/ },
    { path: '.', expected: /is outside of the working directory/ },
    { path: 'folder', expected: /^folder is not a regular file$/ },
    { path: 'file/x', expected: /File exists|Not a directory/ },
    { path: 'pipe', expected: /^pipe is not a regular file$/ },
    { path: 'x'.repeat(300), expected: /File name too long/ },
    { path: 'closed/x', expected: /Permission denied/ },
  ])('$path', async ({ path, expected }) => {
    await place.run(
      `mkdir folder closed; chmod 500 closed; touch file; mkfifo pipe; ln -s ${place.secretFile} link; ln -s ${place.dataDir} out`,
    );
    expect(await call('write_file', { path, content: 'x' })).toEqual(wrong(expected));
    expect(readFileSync(place.secretFile, 'utf8')).toBe(SECRET);
    expect(readdirSync(place.dataDir).toSorted()).toEqual(['jwt.secret', 'workspaces']);
  });
});

describe('edit_file', () => {
  test.each([
    { old_text: 'b\n', new_text: 'B\nB\n', result: 'a\nB\nB\nc\na\n' },
    { old_text: 'c', new_text: "$& $1 '", result: "a\nb\n$& $1 '\na\n" },
    { old_text: 'a\nb\nc\na\n', new_text: '', result: '' },
    { old_text: 'a', new_text: 'x', replace_all: true, result: 'x\nb\nc\nx\n' },
  ])('$old_text becomes $new_text', async ({ result, ...input }) => {
    await given('a', 'a\nb\nc\na\n');
    expect(await call('edit_file', { path: 'a', ...input })).toEqual(ok(/^edited a: \d places?$/));
    expect(readFileSync(join(place.workspace, 'a'), 'utf8')).toBe(result);
  });

  test('line ends and marks of other systems stay', async () => {
    await given('dos', '\ufeffa\r\nb\r\n');
    expect(await call('edit_file', { path: 'dos', old_text: 'a\nb', new_text: 'A\nB\nC' })).toMatchObject({
      isError: false,
    });
    expect(readFileSync(join(place.workspace, 'dos'), 'utf8')).toBe('\ufeffA\r\nB\r\nC\r\n');
  });

  test('what is not found names the nearest place', async () => {
    await given('a.py', 'def f(x):\n    return x + 1\n\ndef g(x):\n    return x\n');
    const old_text = 'def f(x):\n  return x + 1';
    expect(await call('edit_file', { path: 'a.py', old_text, new_text: 'y' })).toEqual(
      wrong(
        'old_text does not occur in a.py. The most similar text begins at line 1 and differs only in whitespace. old_text must match exactly; the file has:\ndef f(x):\n    return x + 1',
      ),
    );
  });

  test.each([
    { path: 'a', old_text: 'x', expected: /^old_text does not occur in a\./ },
    { path: 'a', old_text: 'a', expected: /occurs 2 times in a, at lines 1, 4\./ },
    { path: 'a', old_text: '\n', expected: /occurs 4 times in a, at lines 1, 2, 3, 4\./ },
    { path: 'nothing', old_text: 'a', expected: /^there is no file nothing$/ },
    { path: 'latin', old_text: 'a', expected: /^latin is not UTF-8 text/ },
    {
      path: 'large',
      old_text: 'a',
      expected: /^large has 1048577 bytes, and at most 1048576 can be edited$/,
    },
    { path: '/etc/passwd', old_text: 'agent:x', expected: /is outside of the working directory/ },
    { path: '/dev/zero', old_text: 'a', expected: /is not a regular file/ },
  ])('$path: $expected', async ({ path, old_text, expected }) => {
    await given('a', 'a\nb\nc\na\n');
    await place.run("printf 'a\\344' >latin; head -c 1048577 /dev/zero >large");
    expect(await call('edit_file', { path, old_text, new_text: 'y' })).toEqual(wrong(expected));
    expect(readFileSync(join(place.workspace, 'a'), 'utf8')).toBe('a\nb\nc\na\n');
  });

  test('of many at once each is in the file, or says that it is not', async () => {
    const words = Array.from({ length: 10 }, (_, index) => `<${index}>`);
    await given('a', words.join('\n'));
    const results = await Promise.all(
      words.map((word) => call('edit_file', { path: 'a', old_text: word, new_text: `done ${word}` })),
    );
    const text = readFileSync(join(place.workspace, 'a'), 'utf8');
    for (const [index, { isError, output }] of results.entries()) {
      if (isError)
        expect(output).toMatch(/was changed by another command meanwhile|changed while it was read/);
      expect([index, text.includes(`done <${index}>`)]).toEqual([index, !isError]);
    }
  });
});

describe('list_files and search', () => {
  beforeEach(async () => {
    await place.run(`mkdir -p src/deep/er .git node_modules/x; echo 'const One = 1' >src/a.ts; echo one >src/deep/b.md
      echo one >.git/x; echo one >node_modules/x/y; ln -s /etc link; touch "$(printf 'new\\nline')" -- -dash; mkfifo pipe
      printf 'one\\0' >binary`);
  });

  test.each([
    {
      input: {},
      expected: [
        '-dash (0 bytes)',
        '.git/',
        'binary (4 bytes)',
        'link (link)',
        '"new\\nline" (0 bytes)',
        'node_modules/',
        'pipe (pipe)',
        'src/',
        'src/a.ts (14 bytes)',
        'src/deep/',
      ],
    },
    { input: { path: 'src', depth: 1 }, expected: ['a.ts (14 bytes)', 'deep/'] },
    { input: { path: 'node_modules', depth: 5 }, expected: ['x/', 'x/y (4 bytes)'] },
    { input: { path: 'src/deep/er' }, expected: ['(no files)'] },
  ])('list_files $input', async ({ input, expected }) => {
    const { output, isError } = await call('list_files', input);
    expect({ lines: output.split('\n').toSorted(), isError }).toEqual({
      lines: expected.toSorted(),
      isError: false,
    });
  });

  test.each(['nothing', 'src/a.ts', '-delete', '../..'])('list_files %s', async (path) => {
    const result = await call('list_files', { path });
    if (path === '../..') expect(result.output).not.toContain('jwt.secret');
    else expect(result).toEqual(wrong(`there is no folder ${path}`));
  });

  test('list_files of more than can be told says so', async () => {
    await place.run('mkdir many; cd many; touch $(seq 1 1500)');
    const { output } = await call('list_files', { path: 'many' });
    expect(output.split('\n')).toHaveLength(1_001);
    expect(output).toMatch(/\[more than 1000 entries; list a subfolder or reduce depth\]$/);
  });

  test.each([
    { input: { pattern: 'one' }, expected: ok('./src/deep/b.md:1:one') },
    {
      input: { pattern: 'one', ignore_case: true, glob: '*.ts' },
      expected: ok('./src/a.ts:1:const One = 1'),
    },
    { input: { pattern: '^(one|two)$', path: 'src' }, expected: ok('src/deep/b.md:1:one') },
    { input: { pattern: 'One', path: 'src/a.ts' }, expected: ok('src/a.ts:1:const One = 1') },
    { input: { pattern: '-r' }, expected: ok('(no matches)') },
    { input: { pattern: '(' }, expected: wrong(/[Uu]nmatched \(|unclosed group/) },
    { input: { pattern: 'a', path: 'nothing' }, expected: wrong('there is no nothing') },
  ])('search $input', async ({ input, expected }) => {
    expect(await call('search', input)).toEqual(expected);
  });

  test('search of more than can be told says so', async () => {
    await place.run('seq 1 500 >many');
    const { output } = await call('search', { pattern: '.', path: 'many' });
    expect(output.split('\n')).toHaveLength(201);
    expect(output).toMatch(/\[more than 200 lines; narrow the search\]$/);
  });
});

test('a path that is swapped while a tool works on it leads nowhere outside', async () => {
  // The host has what the link points to; in the sandbox there is nothing.
  const outside = join(place.dataDir, 'outside');
  mkdirSync(outside, { mode: 0o777 });
  writeFileSync(join(outside, 'file'), SECRET, { mode: 0o666 });
  await given('folder/file', 'mine');
  const over = new AbortController();
  const swapping = place
    .run(`while :; do mv folder kept; ln -s ${outside} folder; rm folder; mv kept folder; done`, {
      timeoutMs: 60_000,
      signal: over.signal,
    })
    .catch(() => {});
  for (let turn = 0; turn < 15; turn += 1) {
    const results = await Promise.all([
      call('write_file', { path: 'folder/new', content: 'x' }),
      call('read_file', { path: 'folder/file' }),
      call('edit_file', { path: 'folder/file', old_text: 'mine', new_text: 'mine' }),
      call('list_files', { path: 'folder' }),
    ]);
    for (const { output } of results) expect(output).not.toContain(SECRET);
  }
  over.abort();
  await swapping;
  expect(readdirSync(outside)).toEqual(['file']);
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe(SECRET);
});

test('links that the host could follow are not there', async () => {
  symlinkSync(place.secretFile, join(place.workspace, 'host-link'));
  expect(existsSync(join(place.workspace, 'host-link'))).toBe(true);
  expect(await call('read_file', { path: 'host-link' })).toEqual(wrong('there is no file host-link'));
});
