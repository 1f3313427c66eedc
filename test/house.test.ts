import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importCycles } from './house/import-cycles.ts';
import { type Construct, readSource, readSources, type Source } from './house/read-source.ts';
import { REFUSED } from './house/words.ts';

const EVERYBODYS = ['vocabulary.ts', 'errors.ts'];

/** What a room may import. `type x` only in an `import type`, which is gone at run time. See docs/architecture.md#parts. */
const ARROWS: Record<string, readonly string[]> = {
  rules: EVERYBODYS,
  'data-dir': EVERYBODYS,
  secrets: EVERYBODYS,
  workspaces: ['rules', ...EVERYBODYS],
  'embedded-postgres': ['data-dir', 'secrets', ...EVERYBODYS],
  store: ['rules', 'fair-slots.ts', 'type log.ts', ...EVERYBODYS],
  // From what is asked to what the store creates, for use cases and the engine alike.
  'new-tasks': ['store', 'rules', 'type secrets', ...EVERYBODYS],
  metrics: ['store', 'rules', ...EVERYBODYS],
  // Worker threads for callers' Liquid and schemas: they run rules and return only the results.
  computation: ['rules', 'fair-slots.ts', ...EVERYBODYS],
  providers: ['rules', 'type config.ts', ...EVERYBODYS],
  engine: [
    'store',
    'new-tasks',
    'secrets',
    'workspaces',
    'data-dir',
    'providers',
    'rules',
    'fair-slots.ts',
    'type metrics',
    'type computation',
    'type log.ts',
    ...EVERYBODYS,
  ],
  resolvers: [
    'store',
    'new-tasks',
    'secrets',
    'workspaces',
    'data-dir',
    'rules',
    'type metrics',
    'type context.ts',
    ...EVERYBODYS,
  ],
  schema: ['resolvers', 'rules', 'type store', 'type metrics', 'type context.ts', ...EVERYBODYS],
  // Files of other servers: from lines to what the store creates.
  importing: ['resolvers', 'store', 'rules', ...EVERYBODYS],
  jobs: ['engine', 'store', 'workspaces', 'rules', 'type log.ts', ...EVERYBODYS],
  'rest-compat': ['rules', ...EVERYBODYS],
  http: [
    'schema',
    'resolvers',
    'rest-compat',
    'rules',
    'fair-slots.ts',
    'type metrics',
    'type context.ts',
    'type log.ts',
    ...EVERYBODYS,
  ],

  'vocabulary.ts': [],
  'errors.ts': [],
  'fair-slots.ts': [],
  // Its variables and their values.
  'config.ts': ['start', 'vocabulary.ts'],
  'log.ts': [],
  'context.ts': [
    'type rules',
    'type store',
    'type secrets',
    'type metrics',
    'type computation',
    'type vocabulary.ts',
    'type config.ts',
    'type log.ts',
  ],
  // What the entry points share.
  start: ['*'],
  'main.ts': ['*'],
  'server.ts': ['*'],
  'worker.ts': ['*'],
  'migrate.ts': ['*'],
  'import.ts': ['*'],
  'doctor.ts': ['*'],
};

/**
 * Nouns of rooms that are folded by them: each imports only itself and those before it. Files at a room's root stand
 * for themselves. Types of `store.ts` are in most signatures, and are gone at run time. Nouns that refer to each other
 * share a place in the order.
 */
const NOUNS: Record<string, readonly (string | readonly string[])[]> = {
  rules: [
    ...[
      'ids',
      'text',
      'json',
      'liquid',
      'money',
      'runs',
      'accounts',
      'models',
      'answers',
      'prediction',
      'sessions',
    ],
    ...['tasks', 'agents', 'workspaces', 'templates', 'integrations', 'workflows', 'orchestrations'],
    ...['computations.ts', 'system-condition.ts'],
  ],
  resolvers: [
    ...[
      'request',
      'accounts',
      'models',
      'agents',
      'templates',
      'integrations',
      'sessions',
      'threads',
      'tasks',
    ],
    ...['workflows', 'orchestrations', 'bulk', 'runs', 'analytics', 'system', 'nodes'],
  ],
  store: [
    ...[
      'entities',
      'database',
      'analytics',
      'log',
      'money',
      'runs',
      'workers',
      'accounts',
      'models',
      'agents',
      'templates',
    ],
    ...['integrations', 'sessions', 'threads', 'tasks', 'workflows', 'orchestrations', 'bulk'],
    ...['lookups.ts', 'store.ts'],
  ],
  schema: [
    ...['builder', 'guards', 'runs', 'artifacts', 'events', 'accounts', 'models', 'agents', 'templates'],
    'integrations',
    'tasks',
    // A session has threads, and a thread has a session.
    ['sessions', 'threads'],
    ...['workflows', 'orchestrations', 'analytics', 'subscriptions', 'system', 'nodes', 'index.ts'],
  ],
  engine: [
    ...[
      'outbound',
      'sandbox',
      'run-error.ts',
      'context.ts',
      'workspaces',
      'models',
      'model-calls',
      'threads',
    ],
    ...['agents', 'templates', 'tasks', 'workflows', 'orchestrations', 'bulk', 'deliveries', 'runners.ts'],
  ],
  providers: [
    ...['wire', 'provider.ts', 'vendor.ts', 'reading', 'history', 'failures', 'quirks', 'stream'],
    ...['openai', 'anthropic', 'ollama', 'azure', 'custom', 'demo', 'registry.ts', 'probe-providers.ts'],
  ],
  jobs: [
    ...['repeat.ts', 'presence.ts', 'account-jobs.ts', 'take-work.ts', 'early-starts.ts', 'dispatcher.ts'],
    'context.ts',
    ...[
      'reaper.ts',
      'sweep.ts',
      'prune-runs.ts',
      'prune.ts',
      'timers.ts',
      'add-up-counters.ts',
      'execute-run.ts',
      'bulk-operations.ts',
      'join-texts.ts',
      'delete-account.ts',
      'index.ts',
    ],
    ...['job-runner.ts', 'start-jobs.ts'],
  ],
  http: [
    ...['errors', 'requests', 'overload', 'connections', 'console', 'graphql', 'routes', 'dialects'],
    ...['worker-app.ts', 'app.ts'],
  ],
  'rest-compat': [
    ...['graphql-env.d.ts', 'definitions', 'errors', 'shapes', 'handling', 'sockets', 'routing', 'openapi'],
    ...['themachine', 'ai-task-orchestra', 'mini-devin', 'amas', 'orchestratex'],
    ...['dialect-routes.ts', 'index.ts'],
  ],
};

/** Files that import each other, types included: these types of GraphQL refer to each other. */
const CYCLES = [['schema/sessions/session.ts', 'schema/threads/thread.ts']];

/** Files and folders of a room. */
const MOST_ENTRIES = 20;

/** A file for each table of the database, found by the table's name. */
const LISTS: readonly string[] = ['store/entities'];

const ENTRY_POINTS = ['main.ts', 'server.ts', 'worker.ts', 'migrate.ts', 'import.ts', 'doctor.ts'];

/** Rules decide and do nothing: these packages are pure or, as ids and graphile-worker's parser of cron are, harmless. */
const PACKAGES_OF_RULES = [
  ...[
    'uuid',
    '@pydantic/genai-prices',
    'ajv',
    'graphile-worker',
    'ipaddr.js',
    'liquidjs',
    're2js',
    'node:path',
  ],
];

/** What pure functions do without. */
const IMPURE = [
  'async',
  'await',
  'Promise',
  'fetch',
  'process',
  'console',
  'setTimeout',
  'Math.random',
  'Date.now',
];

const CONSOLES = [...ENTRY_POINTS, 'start/run-until-stopped.ts'];

/** What is only used in certain files. */
const KEPT_APART: readonly { uses: readonly string[]; allowed: readonly string[] }[] = [
  { uses: ['process.env', 'import.meta.env'], allowed: ['config.ts'] },
  { uses: ['console'], allowed: CONSOLES },
  { uses: ['process.exit'], allowed: CONSOLES },
  ...(
    ['any', 'enum', 'parameter property', 'default export', 'class that is no error'] satisfies Construct[]
  ).map((construct) => ({ uses: [construct], allowed: [] })),
];

const sources = readSources();

describe('arrows', () => {
  test.each(Object.keys(ARROWS).filter((room) => !room.endsWith('.ts')))(
    '%s imports only what it may',
    (room) => {
      expect(wrongArrows(sources.filter((source) => source.room === room))).toEqual([]);
    },
  );

  test('the files at the root import only what they may', () => {
    expect(wrongArrows(sources.filter(({ room }) => room.endsWith('.ts')))).toEqual([]);
  });

  test('every room has its row', () => {
    expect(sources.filter(({ room }) => !ARROWS[room]).map(({ path }) => path)).toEqual([]);
  });

  test.each(Object.keys(NOUNS))('in %s, nouns import only nouns that stand before them', (room) => {
    const files = sources.filter((source) => source.room === room);
    expect(wrongNouns(files)).toEqual([]);
  });

  test.each(Object.keys(NOUNS))('%s has at most 20 entries, and so has each folder of it', (room) => {
    const folders = Map.groupBy(
      sources.filter((source) => source.room === room).flatMap(({ path }) => entriesOf(path)),
      ([folder]) => folder,
    );
    const full = [...folders].filter(
      ([folder, entries]) =>
        !LISTS.includes(folder) && new Set(entries.map(([, entry]) => entry)).size > MOST_ENTRIES,
    );
    expect(full.map(([folder]) => folder)).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    expect(importCycles(sources)).toEqual(CYCLES);
  });

  test('imports name the file, with .ts', () => {
    const endings = /\.(ts|json)$/;
    expect(
      offenders((source) => source.imports.some(({ from, room }) => room !== null && !endings.test(from))),
    ).toEqual([]);
  });
});

describe('rules are pure', () => {
  const rules = sources.filter(({ room }) => room === 'rules');

  test('they import no package that does something', () => {
    const packages = rules.flatMap(({ imports }) => imports.filter(({ room }) => room === null));
    expect(
      packages.map(({ from }) => packageOf(from)).filter((name) => !PACKAGES_OF_RULES.includes(name)),
    ).toEqual([]);
  });

  test('they wait for nothing and touch nothing', () => {
    expect(rules.filter((source) => usesAny(source, IMPURE)).map(({ path }) => path)).toEqual([]);
  });
});

describe('words that stand where they may', () => {
  test.each(KEPT_APART)('$uses: $allowed', ({ uses, allowed }) => {
    expect(offenders((source) => usesAny(source, uses) && !allowed.includes(source.path))).toEqual([]);
  });
});

describe('words that readers stumble over', () => {
  test.each(REFUSED)('$pattern: write $instead', ({ pattern }) => {
    expect(refusedWords(sources, pattern)).toEqual([]);
  });
});

/** A glossary and every closed list of words. */
const LONGER: Readonly<Record<string, number>> = { 'vocabulary.ts': 330 };

describe('sizes and names', () => {
  test('no file is longer than 250 lines', () => {
    expect(offenders(({ path, lines }) => lines > (LONGER[path] ?? 250))).toEqual([]);
  });

  test('no function is longer than 60 lines', () => {
    const long = sources.flatMap(({ path, bodies }) =>
      bodies.filter(({ lines }) => lines > 60).map(({ line, lines }) => `${path}:${line} has ${lines} lines`),
    );
    expect(long).toEqual([]);
  });

  test('nothing is called utils, common, helpers or manager', () => {
    const path = /(^|[/-])(utils?|common|helpers?|managers?)([.\-/]|$)/;
    const declared = /(Utils?|Helpers?|Manager|Common)$/;
    const isWrong = (source: Source) =>
      path.test(source.path) || source.declares.some((name) => declared.test(name));
    expect(offenders(isWrong)).toEqual([]);
  });
});

test('package.json has exact versions only, and every package that src imports', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([]);
  const imported = sources.flatMap(({ imports }) =>
    imports.filter(({ room, isType }) => room === null && !isType),
  );
  const names = imported
    .map(({ from }) => from)
    .filter((from) => !from.startsWith('node:'))
    .map(packageOf);
  expect([...new Set(names)].filter((name) => !(name in dependencies))).toEqual([]);
});

describe('packages/client stands alone', () => {
  const root = new URL('../packages/client/', import.meta.url);
  const files = readSources(new URL('src', root).pathname).filter(({ path }) => path !== 'documents.ts');
  const { dependencies, peerDependencies, devDependencies } = JSON.parse(
    readFileSync(new URL('package.json', root), 'utf8'),
  );
  /** Packages that only those import who use them with it. */
  const ADAPTORS: Record<string, string> = {
    '@apollo/client': 'apollo.ts',
    '@urql/core': 'urql.ts',
    'relay-runtime': 'relay.ts',
    react: 'react',
    ai: 'ai-sdk',
  };
  const wrong = (isWrong: (source: Source) => boolean) => files.filter(isWrong).map(({ path }) => path);

  test('it imports its own files and its packages, and of others only in their adaptors', () => {
    const leaving = ({ imports }: Source) => imports.some(({ path }) => path?.startsWith('..'));
    expect(wrong(leaving)).toEqual([]);
    const packages = files.flatMap(({ room, imports }) =>
      imports.filter((one) => one.room === null).map(({ from }) => ({ room, name: packageOf(from) })),
    );
    const known = { ...dependencies, ...peerDependencies };
    expect(packages.filter(({ name }) => !(name in known))).toEqual([]);
    expect(packages.filter(({ name, room }) => ADAPTORS[name] && ADAPTORS[name] !== room)).toEqual([]);
  });

  test('its versions are exact, except those of packages that its users bring', () => {
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  test('its files, functions and words are within the limits of src', () => {
    expect(wrong(({ lines }) => lines > 250)).toEqual([]);
    expect(wrong(({ bodies }) => bodies.some(({ lines }) => lines > 60))).toEqual([]);
    for (const { pattern } of REFUSED) expect(refusedWords(files, pattern)).toEqual([]);
    expect(importCycles(files)).toEqual([]);
    // The AI SDK's transports are classes.
    const classes = wrong((source) => usesAny(source, ['class that is no error']));
    expect(classes).toEqual(['ai-sdk/chat-transport.ts']);
    const refused = ['any', 'enum', 'parameter property', 'default export', 'console', 'process'];
    expect(wrong((source) => usesAny(source, refused))).toEqual([]);
  });

  test('its adaptors of other clients have at most 60 lines', () => {
    const adaptors = files.filter(({ path }) => ['apollo.ts', 'urql.ts', 'relay.ts'].includes(path));
    expect(adaptors.map(({ lines }) => lines > 60)).toEqual([false, false, false]);
  });
});

describe('this test sees what it is to see', () => {
  const read = (path: string, text: string): Source => readSource(path, text);

  test.each([
    { path: 'rules/a.ts', text: "import { store } from '../store/store.ts';" },
    { path: 'rules/a.ts', text: "import type { Config } from '../config.ts';" },
    { path: 'engine/a.ts', text: "import {\n  one,\n  two,\n} from '../resolvers/a.ts';" },
    { path: 'engine/tools/a.ts', text: "export * from '../../jobs/a.ts';" },
    { path: 'resolvers/a.ts', text: "const a = await import('../engine/a.ts');" },
    { path: 'resolvers/a.ts', text: "import '../providers/registry.ts';" },
    { path: 'schema/a.ts', text: "import { type Row } from '../store/row.ts';" },
    {
      path: 'schema/a.ts',
      text: "import type { A } from '../store/a.ts';\nimport { B } from '../store/b.ts';",
    },
    { path: 'rest-compat/a.ts', text: "import type { Context } from '../context.ts';" },
    { path: 'jobs/a.ts', text: "import { main } from '../main.ts';" },
    { path: 'store/a.ts', text: "const a = 'it is';\nimport { b } from '../engine/b.ts'; // why" },
  ])('$path: $text', ({ path, text }) => {
    expect(wrongArrows([read(path, text)])).toHaveLength(1);
  });

  test.each([
    { path: 'rules/a.ts', text: "import { a } from './b.ts';\n// import { c } from '../store/c.ts';" },
    { path: 'schema/a.ts', text: "import type { Row } from '../store/row.ts';" },
    {
      path: 'store/runs/a.ts',
      text: "import { b } from '../b.ts';\nimport { c } from '../../rules/c.ts';",
    },
    {
      path: 'server.ts',
      text: "import { a } from './http/app.ts';\nimport p from '../package.json' with {};",
    },
  ])('and lets pass: $path: $text', ({ path, text }) => {
    expect(wrongArrows([read(path, text)])).toEqual([]);
  });

  test.each([
    { text: "import { a } from '../tasks/tasks.ts';", wrong: 1 },
    { text: "import { a } from '../unknown/a.ts';", wrong: 1 },
    { text: "import { a } from '../store.ts';", wrong: 1 },
    { text: "import type { Store } from '../store.ts';", wrong: 0 },
    { text: "import { a } from '../log/events.ts';", wrong: 0 },
    { text: "import { a } from './end-run.ts';", wrong: 0 },
  ])('in store/runs, of $text: $wrong', ({ text, wrong }) => {
    expect(wrongNouns([read('store/runs/a.ts', text)])).toHaveLength(wrong);
  });

  test('an import cycle of three, and not what only leads to it', () => {
    const text = (...names: string[]) => names.map((name) => `import './${name}.ts';`).join('\n');
    const files = [
      read('jobs/a.ts', text('b')),
      read('jobs/b.ts', text('c', 'd')),
      read('jobs/c.ts', "import type { A } from './a.ts';"),
      read('jobs/d.ts', text('e')),
      read('jobs/e.ts', ''),
      read('jobs/f.ts', text('a')),
    ];
    expect(importCycles(files)).toEqual([['jobs/a.ts', 'jobs/b.ts', 'jobs/c.ts']]);
  });

  test.each([
    { path: 'schema/threads/a.ts', text: "import { a } from '../sessions/a.ts';", wrong: 0 },
    { path: 'schema/sessions/a.ts', text: "import { a } from '../threads/a.ts';", wrong: 0 },
    { path: 'schema/sessions/a.ts', text: "import { a } from '../workflows/a.ts';", wrong: 1 },
  ])('in $path, of $text: $wrong', ({ path, text, wrong }) => {
    expect(wrongNouns([read(path, text)])).toHaveLength(wrong);
  });

  test.each([
    { text: '/** Tells the client. */' },
    { text: '// Whoever asks, is\n// told.' },
    { text: "const a = 'the run is no more';" },
    { text: 'const a = `it could not be carried out`;' },
    { text: '/**\n * The lease is given\n * back.\n */' },
    { text: 'const a = "a fault of the vendor";' },
  ])('a refused word in $text', ({ text }) => {
    const read = [readSource('rules/a.ts', text)];
    expect(REFUSED.some(({ pattern }) => refusedWords(read, pattern).length > 0)).toBe(true);
  });

  test.each([
    { text: '/** Reports to the client. */' },
    { text: '// There is no more than one.' },
    { text: "const level = 'doer';" },
    { text: 'const a = `$'.concat('{fault} is the default`;') },
    { text: "import { a } from '../b/tell.ts';" },
    { text: '/** Based on the list. */' },
  ])('and none in $text', ({ text }) => {
    const read = [readSource('rules/a.ts', text)];
    expect(REFUSED.filter(({ pattern }) => refusedWords(read, pattern).length > 0)).toEqual([]);
  });

  test.each([
    { text: 'export const a = async () => 1;', uses: IMPURE },
    { text: 'for await (const a of b) c(a);', uses: IMPURE },
    { text: 'export type A = Promise<string>;', uses: IMPURE },
    { text: 'const a = { at: Date.now() };', uses: IMPURE },
    { text: 'const a = { fetch };', uses: IMPURE },
    { text: 'const { A } = process.env;', uses: ['process.env'] },
    { text: 'const a = import.meta.env;', uses: ['import.meta.env'] },
    { text: `const a = \`\${console.log(1)}\`;`, uses: ['console'] },
    { text: 'let a: Map<string, any>;', uses: ['any'] },
    { text: 'const a = b as any;', uses: ['any'] },
    { text: 'export const enum A { B }', uses: ['enum'] },
    { text: 'class A { constructor(private a: B) {} }', uses: ['parameter property'] },
    { text: 'export default 1;', uses: ['default export'] },
    { text: 'export { a as default };', uses: ['default export'] },
    { text: 'class A {}', uses: ['class that is no error'] },
    { text: 'const a = class extends B.C {};', uses: ['class that is no error'] },
  ])('$text uses one of $uses', ({ text, uses }) => {
    expect(usesAny(read('rules/a.ts', text), uses)).toBe(true);
  });

  test.each([
    { text: "// any\nconst a = 'process.env'; /* console.log */" },
    { text: `const a = /class {2}\\/async/; const b = \`\${a} any\`;` },
    { text: 'interface A { fetch: string; process(): void; any?: string }' },
    { text: 'const a = { console: 1, setTimeout: 2 }; b(a.console, a.setTimeout);' },
    { text: 'const a = Date.parse(b); const c = Math.round(a);' },
    { text: 'class A extends DomainError {}' },
  ])('$text uses nothing that is kept apart', ({ text }) => {
    const kept = [...IMPURE, ...KEPT_APART.flatMap(({ uses }) => uses)];
    expect(usesAny(read('rules/a.ts', text), kept)).toBe(false);
  });

  test('a function is as long as its body', () => {
    const { bodies } = read(
      'a.ts',
      "function a(): void {\n  if (b) {\n    c('}');\n  }\n}\nconst d = {\n  e() {\n  },\n};\nconst f = () => ({\n});\n",
    );
    expect(bodies).toEqual([
      { line: 1, lines: 5 },
      { line: 7, lines: 2 },
    ]);
  });

  test('the names that a file declares', () => {
    expect(read('a.ts', 'class A extends Error {}\ninterface B {}\nconst C = 1;').declares).toEqual([
      'A',
      'B',
    ]);
  });
});

function usesAny({ uses }: Source, names: readonly string[]): boolean {
  return names.some((name) => uses.has(name));
}

function refusedWords(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, prose }) =>
    prose.filter((text) => pattern.test(text)).map((text) => `${path}: ${text}`),
  );
}

function offenders(isWrong: (source: Source) => boolean): string[] {
  return sources.filter(isWrong).map(({ path }) => path);
}

function wrongArrows(files: readonly Source[]): string[] {
  return files.flatMap(({ path, room, imports }) =>
    imports
      .filter((one) => one.room !== null && one.room !== room && !mayImport(room, one.room, one.isType))
      .map(({ from, isType }) => `${path} -> ${isType ? 'type ' : ''}${from}`),
  );
}

function mayImport(from: string, to: string, isType: boolean): boolean {
  const allowed = ARROWS[from] ?? [];
  return allowed.includes('*') || allowed.includes(to) || (isType && allowed.includes(`type ${to}`));
}

/** Imports of nouns of the same room that do not stand before the file's own. */
function wrongNouns(files: readonly Source[]): string[] {
  return files.flatMap(({ path, room, imports }) => {
    const nouns = NOUNS[room] ?? [];
    const own = nounOf(path);
    const wrong = imports.filter((one) => {
      if (one.room !== room || one.path === null || (one.isType && one.path === `${room}/store.ts`))
        return false;
      const noun = nounOf(one.path);
      return noun !== own && !(placeOf(nouns, noun) <= placeOf(nouns, own));
    });
    return wrong.map(({ from }) => `${path} -> ${from}`);
  });
}

/** NaN, which stands before and after nothing, for a noun that is not in the order. */
function placeOf(nouns: readonly (string | readonly string[])[], noun: string): number {
  const place = nouns.findIndex((each) => each === noun || (Array.isArray(each) && each.includes(noun)));
  return place < 0 ? Number.NaN : place;
}

const nounOf = (path: string): string => path.split('/')[1] ?? path;

/** Pairs of a folder and an entry of it, from the room down to the file. */
function entriesOf(path: string): [folder: string, entry: string][] {
  const parts = path.split('/');
  return parts.slice(1).map((entry, index) => [parts.slice(0, index + 1).join('/'), entry]);
}

function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}
