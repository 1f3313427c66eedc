import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { data, type TaskEvent } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { startVendor } from '../harness/vendor/server.ts';
import {
  call,
  calling,
  createScripts,
  dataFolder,
  ofType,
  results,
  say,
  seen,
  startAgent,
} from './script.ts';

let sql: pg.Client;

/** A class of advisory locks of this test's own. */
const GATES = 424_242;

// Stops a run's step write, done but not committed, at the gate that stands before its nth.
const TRIGGER = `
  create table gate (run_id text primary key, at int, key int);
  create table gate_passed (run_id text, n int);
  create function stop_at_gate() returns trigger language plpgsql as $$
  declare gate_key int; passed int;
  begin
    insert into gate_passed select new.run_id, count(*) + 1 from gate_passed where run_id = new.run_id
    returning n into passed;
    select key into gate_key from gate where run_id = new.run_id and at = passed;
    if gate_key is not null then perform pg_advisory_xact_lock(${GATES}, gate_key); end if;
    return null;
  end $$;
  create trigger gate after insert or update on step for each row execute function stop_at_gate()`;

const vendor = fixture(startVendor);
const scripts = createScripts(vendor);
const folder = fixture(dataFolder, { stop: (folder) => folder.remove() });
const deployment = fixture(() =>
  startDeployment(
    { DATA_DIR: folder.path, OPENAI_BASE_URL: `${vendor.url}/v1`, PG_POOL_MAX: '50' },
    { PG_POOL_MAX: '5' },
  ),
);
const ann = fixture(() => deployment.ann);
beforeAll(async () => {
  sql = new pg.Client({ connectionString: deployment.databaseUrl });
  await sql.connect();
  await sql.query(TRIGGER);
});
afterAll(async () => {
  await sql?.end();
});

const TURNS = [
  calling(
    ['terminal', { command: 'echo one >> log' }],
    ['update_plan', { steps: [{ description: 'a', status: 'completed' }] }],
  ),
  call('terminal', { command: 'echo two >> log' }),
  call('finish', { summary: 'done' }),
];

/** The step writes of a run that does these turns, in order. */
const WRITES = [
  ['start', 'complete'],
  ['turn 1', 'begin'],
  ['turn 1', 'complete'],
  ['one', 'begin'],
  ['one', 'complete'],
  ['plan', 'begin'],
  ['plan', 'complete'],
  ['turn 2', 'begin'],
  ['turn 2', 'complete'],
  ['two', 'begin'],
  ['two', 'complete'],
  ['turn 3', 'begin'],
  ['turn 3', 'complete'],
  ['finish', 'begin'],
  ['finish', 'complete'],
] as const;

interface Case {
  key: number;
  at: number;
  step: string;
  write: 'begin' | 'complete';
  /** Whether the write that the worker died in is in the database. */
  isCommitted: boolean;
  model: string;
  id: string;
}

async function prepare(): Promise<Case[]> {
  const wanted = WRITES.flatMap(([step, write], index) =>
    [true, false].map((isCommitted) => ({ at: index + 1, step, write, isCommitted })),
  );
  const cases: Case[] = [];
  for (const [key, one] of wanted.entries()) {
    const isLost = one.write === 'complete' && !one.isCommitted;
    // An answer that was not kept is asked for again.
    const answers = TURNS.flatMap((answer, turn) =>
      isLost && one.step === `turn ${turn + 1}` ? [answer, answer] : [answer],
    );
    const model = scripts.model(answers);
    const id = await startAgent(ann, model, { hold: true });
    await sql.query('select pg_advisory_lock($1, $2)', [GATES, key]);
    await sql.query('insert into gate values ($1, $2, $3)', [runId(id), one.at, key]);
    cases.push({ ...one, key, model, id });
  }
  return cases;
}

const runId = (id: string) => Buffer.from(id, 'base64url').toString().slice('Task:'.length);

async function waitingAtGates(): Promise<{ pid: number; key: number }[]> {
  const { rows } = await sql.query<{ pid: number; key: number }>(
    `select pid, objid::int as key from pg_locks
     where locktype = 'advisory' and classid = ${GATES} and not granted
       and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows;
}

async function allAtGates(count: number): Promise<{ pid: number; key: number }[]> {
  for (;;) {
    const waiting = await waitingAtGates();
    if (waiting.length === count) return waiting;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function logOf(id: string): Promise<string> {
  const { task } = data(await ann.query(`{ task(id: "${id}") { workingDirectory } }`));
  return readFile(join(task.workingDirectory, 'log'), 'utf8').catch(() => '');
}

/** What must be true of a run that lost its worker in one of its step writes. */
async function expectResumed({ id, model, step, write, isCommitted }: Case): Promise<void> {
  const events = await ann.events(id);
  const log = events.filter(({ seq }) => seq > 0);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  expect(log.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { summary: 'done' } });
  expect(await ann.task(id)).toMatchObject({ iterations: 3, plan: { steps: [{ key: 'step-1' }] } });

  const isAnswerLost = step.startsWith('turn') && write === 'complete' && !isCommitted;
  expect(scripts.asked(model)).toHaveLength(isAnswerLost ? 4 : 3);
  // Without any checkpoint a run starts anew.
  const startsAnew = isAnswerLost || (step === 'start' && !isCommitted);
  expect(ofType(log, 'AttemptStarted')).toHaveLength(startsAnew ? 1 : 0);
  expect(ofType(log, 'RunResumed')).toHaveLength(startsAnew ? 0 : 1);

  // What had begun and not ended is told as interrupted, and not run again; all else ran once.
  const isInterrupted = (name: string) => step === name && (write === 'begin') === isCommitted;
  const told = results(scripts.asked(model));
  expect(told[0]).toMatch(isInterrupted('one') ? /interrupted/ : /exit code 0/);
  expect(told[2]).toMatch(isInterrupted('two') ? /interrupted/ : /exit code 0/);
  const ran = (name: string) => (step === name && write === 'begin' && isCommitted ? '' : `${name}\n`);
  expect(await logOf(id)).toBe(ran('one') + ran('two'));
  expectEachOnce(log);
}

function expectEachOnce(log: TaskEvent[]): void {
  for (const type of ['ToolCallStarted', 'ToolCallCompleted']) {
    const ids = ofType(log, type).map(({ toolCallKey }) => toolCallKey);
    expect(ids).toEqual(['tool:1:0', 'tool:1:1', 'tool:2:0', 'tool:3:0']);
  }
}

test('kill -9 in every write of a step, before and after its commit: nothing finished is done twice', async () => {
  const doomed = await deployment.startWorker();
  const cases = await prepare();
  for (const { id } of cases) {
    data(await ann.query(`mutation { executeTask(input: { id: "${id}" }) { task { id } } }`));
  }
  const waiting = await allAtGates(cases.length);
  await doomed.kill();
  for (const { pid, key } of waiting) {
    if (cases[key]!.isCommitted) await sql.query('select pg_advisory_unlock($1, $2)', [GATES, key]);
    else await sql.query('select pg_terminate_backend($1)', [pid]);
  }
  await allAtGates(0);
  await sql.query('select pg_advisory_unlock_all(); delete from gate');
  await deployment.startWorker();
  for (const one of cases) {
    await expectResumed(one).catch((error) => {
      const { step, write, isCommitted } = one;
      throw new Error(`${step}, ${write}, ${isCommitted ? 'after' : 'before'} the commit: ${error}`);
    });
  }
}, 120_000);

test('kill -9 in the middle of a command, of an answer, and while a task waits for a person', async () => {
  for (const worker of deployment.workers) await worker.stop();
  const doomed = await deployment.startWorker();
  const inCommand = scripts.model([
    call('terminal', { command: 'echo x >> log; sleep 60' }),
    { text: 'done' },
  ]);
  const answer = { text: 'word '.repeat(300) };
  const inAnswer = scripts.model(
    [call('terminal', { command: 'echo x >> log' }), answer, answer, { text: 'Thanks' }],
    'itl=10',
  );
  const asking = scripts.model([call('ask_user', { question: 'Which?' }), { text: 'done' }]);
  const [first, second, third] = await Promise.all(
    [inCommand, inAnswer, asking].map((model) => startAgent(ann, model)),
  );
  await Promise.all([
    seen(ann, first!, 'ToolCallStarted'),
    seen(ann, second!, 'TokensGenerated'),
    seen(ann, third!, 'InputRequested'),
  ]);
  while ((await logOf(first!)) === '') await new Promise((resolve) => setTimeout(resolve, 50));
  await say(ann, second!, 'Be brief');
  await doomed.kill();
  await say(ann, second!, 'and quick');
  await deployment.startWorker();

  expect((await ann.events(first!)).at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
  expect(results(scripts.asked(inCommand))).toEqual([expect.stringContaining('interrupted')]);
  expect(await logOf(first!)).toBe('x\n');

  const log = await ann.events(second!);
  expect(log.at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    attempt: 2,
    result: { output: 'Thanks' },
  });
  expect(ofType(log, 'AttemptStarted')).toMatchObject([{ restart: 'RESUMED' }]);
  expect(scripts.asked(inAnswer)).toHaveLength(4);
  expect(scripts.asked(inAnswer)[2]).toEqual(scripts.asked(inAnswer)[1]);
  const last = scripts.asked(inAnswer)[3]!.slice(-3);
  expect(last.map(({ content }) => content)).toEqual([answer.text, 'Be brief', 'and quick']);
  expect(await logOf(second!)).toBe('x\n');

  expect(await ann.task(third!)).toMatchObject({ status: 'WAITING' });
  await say(ann, third!, 'The red one');
  expect((await ann.events(third!)).at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
  expect(results(scripts.asked(asking))).toEqual(['The red one']);
}, 90_000);
