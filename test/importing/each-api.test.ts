import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import { describe, expect, test } from 'vitest';
import { checkLine } from '../../src/importing/check-line.ts';
import { checkFile, importFile } from '../../src/importing/import-file.ts';
import type { DialectDocument } from '../../src/rest-compat/definitions/documentation.ts';
import { DOCUMENTED_DIALECTS } from '../../src/rest-compat/index.ts';
import { DIALECTS, type Dialect } from '../../src/vocabulary.ts';
import { PAGES } from '../docs/pages.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient } from '../rest-compat/clients/legacy-client.ts';

type Values = Record<string, unknown>;

/** A row of a table: a member of an old object, or words for what its document does not show, and where it goes. */
interface Row {
  source: string;
  /** Empty: it has no place. */
  targets: readonly string[];
  note: string;
}

const HEADINGS: Record<Dialect, string> = {
  themachine: 'TheMachine',
  'ai-task-orchestra': 'AI Task Orchestra',
  'mini-devin': 'Mini-Devin',
  amas: 'AMAS',
  orchestratex: 'OrchestrateX',
};

function tableOf(dialect: Dialect): Row[] {
  const { text } = PAGES.find(({ path }) => path === 'docs/legacy/import.md')!;
  const part = text.split(/^### /m).find((each) => each.startsWith(`${HEADINGS[dialect]}\n`))!;
  return [...part.matchAll(/^\| (.+?) \| (.+?) \| (?:(.+?) )?\|$/gm)]
    .slice(1)
    .filter(([, source]) => !source!.startsWith('---'))
    .map(([, source, targets, note = '']) => ({
      source: source!.replace(/^`(.+)`$/, '$1'),
      targets: [...targets!.matchAll(/`([^`]+)`/g)].map(([, target]) => target!),
      note,
    }));
}

const valueAt = (object: unknown, path: string) =>
  path.split('.').reduce<unknown>((inner, part) => (inner as Values | null | undefined)?.[part], object);

function setAt(object: Values, [part, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) object[part!] = value;
  else {
    object[part!] ??= {};
    setAt(object[part!] as Values, rest, value);
  }
}

/** Whether the note of a row admits an object: `only if` names its statuses. */
function applies({ source, note }: Row, objects: Values): boolean {
  const condition = /^only if (`\w+`(?: or `\w+`)*)/.exec(note)?.[1];
  if (!condition) return true;
  const object = source.includes('.') ? source.split('.')[0]! : 'task';
  const status = valueAt(objects, `${object}.status`);
  return condition.includes(`\`${String(status)}\``);
}

/** By what the note of a row says: `a` → `b` for a word, and what to append to a text. */
function translated(value: unknown, note: string): unknown {
  const words = [...note.matchAll(/`(\w+)` → (?:`(\w+)`|(\d+))/g)];
  const [, , word, number] = words.find(([, from]) => from === value) ?? [];
  const suffix = /append `(\w+)`/.exec(note)?.[1] ?? '';
  if (word !== undefined) return word;
  if (number !== undefined) return Number(number);
  return typeof value === 'string' ? value + suffix : value;
}

/** The lines of a file, made from old objects by exactly what the table says. */
function toLines(dialect: Dialect, objects: Values, words: Values): object[] {
  const lines: Record<string, Values> = {};
  for (const row of tableOf(dialect)) {
    if (row.targets.length === 0 || !applies(row, objects)) continue;
    const value = row.source in words ? words[row.source] : valueAt(objects, row.source);
    if (value === null || value === undefined) continue;
    for (const target of row.targets) setAt(lines, target.split('.'), translated(value, row.note));
  }
  const { email } = lines.account!;
  return ['account', 'apiKey', 'session', 'task']
    .filter((type) => lines[type])
    .map((type) => ({
      type,
      ...(type !== 'account' && { account: email }),
      ...((type === 'session' || type === 'task') && { api: dialect }),
      ...lines[type],
    }));
}

/** The example of an operation in the API's own document, completed. */
function example(dialect: Dialect, operation: string, part: 'request' | 'response' = 'response'): Values {
  const { document } = DOCUMENTED_DIALECTS.find(({ table }) => table.name === dialect)!;
  const operations: DialectDocument['operations'] = document.operations;
  return operations[operation]![part]!.example as Values;
}

const server = fixture(() => startTestServer({ worker: false }));
const folder = fixture(async () => {
  const created = await createFolder();
  return { ...created, stop: () => created.remove() };
});

const unique = () => randomBytes(6).toString('hex');
const PASSWORD = 'their old password';
const KEY = () => `md_${randomBytes(24).toString('hex')}`;

async function importObjects(dialect: Dialect, objects: Values, words: Values) {
  const path = `${folder.path}/${unique()}.ndjson`;
  const lines = toLines(dialect, objects, words);
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  expect(await checkFile(path)).toEqual([]);
  const { problems } = await importFile(server.store.database, path, { intoExisting: false });
  expect(problems).toEqual([]);
}

/** Every member that has a place is shown by the API as it was. @param shown the object as the API shows it now */
function expectShown(dialect: Dialect, name: string, objects: Values, shown: unknown, hidden: string[] = []) {
  const rows = tableOf(dialect).filter(
    (row) => row.source.startsWith(`${name}.`) && row.targets.length > 0 && applies(row, objects),
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { source } of rows) {
    const member = source.slice(name.length + 1);
    const before = valueAt(objects, source);
    if (before === undefined || hidden.includes(source)) continue;
    expect(valueAt(shown, member), source).toEqual(before);
  }
}

const credentials = async () => ({
  'e-mail address': `${unique()}@accounts.invalid`,
  name: 'old name',
  'hash of the password': await hashBcrypt(PASSWORD, 5),
  'API key': KEY(),
  'the word `client`': 'client',
});

/** The objects of each API that have a table, and the operations with examples of them. */
const OBJECTS: Record<Dialect, { name: string; examples: [string, 'request' | 'response'][] }[]> = {
  themachine: [
    {
      name: 'task',
      examples: [
        ['POST /api/v1/tasks', 'request'],
        ['GET /api/v1/tasks/{task_id}', 'response'],
      ],
    },
  ],
  'ai-task-orchestra': [
    {
      name: 'task',
      examples: [
        ['POST /api/v1/tasks', 'response'],
        ['GET /api/v1/tasks/{task_id}', 'response'],
      ],
    },
  ],
  'mini-devin': [
    { name: 'user', examples: [['POST /api/auth/register', 'response']] },
    { name: 'apiKey', examples: [['POST /api/auth/api-keys', 'response']] },
    {
      name: 'session',
      examples: [
        ['GET /api/sessions', 'response'],
        ['GET /api/sessions/{session_id}', 'response'],
      ],
    },
    { name: 'task', examples: [['GET /api/tasks/{task_id}', 'response']] },
  ],
  amas: [
    {
      name: 'task',
      examples: [
        ['POST /api/v1/tasks', 'request'],
        ['POST /api/v1/tasks', 'response'],
      ],
    },
  ],
  orchestratex: [{ name: 'session', examples: [['GET /api/sessions/{session_id}', 'response']] }],
};

describe('the objects of each API, converted by its table, are shown by its endpoints as they were', () => {
  const machineTask: Values = {
    ...example('themachine', 'GET /api/v1/tasks/{task_id}'),
    context: example('themachine', 'POST /api/v1/tasks', 'request').context,
  };
  test.each([
    { case: 'completed', more: { priority: 'critical' } },
    { case: 'failed', more: { status: 'failed', result: null, error: 'no disk', progress: 0.4, cost: 0.01 } },
  ])('TheMachine: a task that $case', async ({ more }) => {
    const objects = { task: { ...machineTask, ...more, id: `task-${unique()}` } };
    const words = await credentials();
    await importObjects('themachine', objects, words);
    const client = createLegacyClient(`${server.url}/amas`);
    const login = { username: words['e-mail address'], password: PASSWORD };
    const { body } = await client('POST', '/api/v1/auth/login', login);
    const ask = createLegacyClient(`${server.url}/themachine`);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const answer = await ask('GET', `/api/v1/tasks/${objects.task.id}`, undefined, headers);
    expectShown('themachine', 'task', objects, answer.body, ['task.context']);
    expect(answer.body.origin).toBe('client');
    expect(answer.body.updated_at).toBe(machineTask.completed_at);
  });

  const orchestraTask = example('ai-task-orchestra', 'GET /api/v1/tasks/{task_id}');
  test.each([
    { case: 'completed', more: {} },
    { case: 'failed', more: { status: 'failed', result: { error: 'no disk' } } },
    { case: 'was cancelled', more: { status: 'cancelled', result: undefined } },
  ])('AI Task Orchestra: a task that $case', async ({ more }) => {
    const objects = { task: { ...orchestraTask, depends_on: [], ...more, id: `task-${unique()}` } };
    const words = await credentials();
    await importObjects('ai-task-orchestra', objects, words);
    const ask = createLegacyClient(`${server.url}/ai-task-orchestra`);
    const headers = { 'x-api-key': words['API key'] };
    const { body } = await ask('GET', `/api/v1/tasks/${objects.task.id}`, undefined, headers);
    expectShown('ai-task-orchestra', 'task', objects, body);
    expect(Object.keys(body)).not.toContain('resource_usage');
  });

  const devinTask = example('mini-devin', 'GET /api/tasks/{task_id}');
  test.each([
    { case: 'completed', more: {}, session: { status: 'completed' } },
    {
      case: 'failed',
      more: { status: 'failed', result: { success: false, summary: 'no disk', output: null } },
      session: { status: 'active' },
    },
    {
      case: 'was stopped',
      more: { status: 'stopped', result: { success: false, summary: 'too slow', output: null } },
      session: { status: 'paused' },
    },
  ])('Mini-Devin: an account, a key, a session, and a task that $case', async ({ more, session }) => {
    const email = `${unique()}@example.com`;
    const objects = {
      user: { ...example('mini-devin', 'POST /api/auth/register'), email },
      apiKey: { ...example('mini-devin', 'POST /api/auth/api-keys'), key: KEY() },
      session: {
        ...example('mini-devin', 'GET /api/sessions'),
        ...example('mini-devin', 'GET /api/sessions/{session_id}'),
        ...session,
        id: unique(),
      },
      task: { ...devinTask, ...more, id: unique() },
    };
    const words = await credentials();
    await importObjects('mini-devin', objects, { ...words, 'id of the session': objects.session.id });
    const ask = createLegacyClient(`${server.url}/mini-devin`);
    const login = await ask('POST', '/api/auth/login', { email, password: PASSWORD });
    expect(login.status).toBe(200);
    const headers = { 'x-api-key': objects.apiKey.key };
    const shown = await ask('GET', `/api/sessions/${objects.session.id}`, undefined, headers);
    expectShown('mini-devin', 'session', objects, shown.body);
    expect(shown.body.working_directory).toBeNull();
    expect(shown.body.tasks).toMatchObject([{ id: objects.task.id, status: objects.task.status }]);
    const { body } = await ask('GET', `/api/tasks/${objects.task.id}`, undefined, headers);
    expectShown('mini-devin', 'task', objects, body);
    expect(body).toMatchObject({ iterations: 1, plan: { steps: [] } });
  });

  test.each([
    { case: 'completed', status: 'completed', result: { output: 'Safe.' }, error: null },
    { case: 'failed', status: 'failed', result: null, error: 'no disk' },
    { case: 'was cancelled', status: 'cancelled', result: null, error: 'too slow' },
  ])('AMAS: a login, and a task that $case', async ({ status, result, error }) => {
    const { username: _, ...rest } = example('amas', 'POST /api/v1/auth/login', 'request');
    const username = `ann-${unique()}`;
    const objects = {
      user: { ...rest, username },
      task: {
        ...example('amas', 'POST /api/v1/tasks', 'request'),
        ...example('amas', 'POST /api/v1/tasks'),
        status,
        id: `task_20250121_120000_${unique()}`,
      },
    };
    const times = {
      'time of the creation': '2025-01-21T12:00:00Z',
      'time of the start': '2025-01-21T12:00:10Z',
      'time of the end': '2025-01-21T12:02:00Z',
    };
    await importObjects('amas', objects, { ...(await credentials()), ...times, result, error });
    const ask = createLegacyClient(`${server.url}/amas`);
    const login = await ask('POST', '/api/v1/auth/login', { username, password: PASSWORD });
    const headers = { authorization: `Bearer ${login.body.access_token}` };
    const { body } = await ask('GET', `/api/v1/tasks/${objects.task.id}`, undefined, headers);
    expectShown('amas', 'task', objects, body);
    expect(body).toMatchObject({
      ...{ prediction: null, assigned_agents: [] },
      ...{ result, error, created_at: times['time of the creation'] },
      ...{ started_at: times['time of the start'], completed_at: times['time of the end'] },
    });
  });

  test.each([
    { case: 'active', more: {} },
    { case: 'completed', more: { status: 'completed', session_end: '2025-08-30T10:00:00.000000' } },
  ])('OrchestrateX: a session that is $case', async ({ more }) => {
    const _id = randomBytes(12).toString('hex');
    const session: Values = { ...example('orchestratex', 'GET /api/sessions/{session_id}'), ...more, _id };
    const words = await credentials();
    await importObjects('orchestratex', { session }, words);
    const ask = createLegacyClient(`${server.url}/orchestratex`);
    const headers = { 'x-api-key': words['API key'] };
    const { body } = await ask('GET', `/api/sessions/${_id}`, undefined, headers);
    expectShown('orchestratex', 'session', { session }, body);
    expect(body).toMatchObject({ created_at: session.session_start, total_cost: 0 });
    expect(body.updated_at).toBe(session.session_end ?? session.session_start);
    expect(body.settings).toEqual({ preferred_models: ['gpt4', 'claude'], cost_limit: null });
  });
});

test.each(['pending', 'queued', 'in_progress', 'running', 'stopped'])(
  'given a task that is %s, then its line is refused, and the error says what to do',
  (status) => {
    const line = {
      ...{ type: 'task', id: 't1', account: 'ann@example.com', api: 'amas', title: 'a', status },
      ...{ createdAt: '2025-01-21T12:00:00Z', endedAt: '2025-01-21T12:01:00Z' },
    };
    const text = JSON.stringify(line);
    expect(checkLine({ number: 1, text, bytes: text.length })).toEqual([
      {
        ...{ line: 1, code: 'VALIDATION_ERROR', field: 'status' },
        message:
          'must be one of completed, failed, cancelled; an unfinished task cannot be imported, so create it again through the API',
      },
    ]);
  },
);

describe.each(DIALECTS)('the table of %s', (dialect) => {
  const rows = tableOf(dialect);
  const sources = rows.map(({ source }) => source);

  test.each(OBJECTS[dialect])('has every member of $name', ({ name, examples }) => {
    for (const [operation, part] of examples)
      for (const member of Object.keys(example(dialect, operation, part))) {
        const path = `${name}.${member}`;
        const isListed = sources.some((source) => source === path || source.startsWith(`${path}.`));
        expect(isListed, path).toBe(true);
      }
  });

  test('says what happens to each member that cannot be imported', () => {
    const silent = rows.filter(({ targets, note }) => targets.length === 0 && note === '');
    expect(silent).toEqual([]);
  });
});
