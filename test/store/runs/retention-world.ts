import fc from 'fast-check';
import type { TestServer } from '../../harness/server.ts';

/** Days of an account's policies. */
export type Policies = Partial<Record<'text' | 'events' | 'artifacts' | 'idempotencyKeys' | 'runs', number>>;

export interface MadeRun {
  owner: number;
  shape: 'alone' | 'execution' | 'turn';
  thread: number;
  /** Days since it ended; null: it has not. */
  age: number | null;
  /** Of an execution: how many days before it each part ended; null: it has not, if the execution has not either. */
  parts: readonly (number | null)[];
  /** Which run before it, of the same owner, it depends on. */
  dependsOn: number | null;
  /** Which of its events are text. */
  texts: readonly boolean[];
}

export interface World {
  policies: readonly Policies[];
  runs: readonly MadeRun[];
}

/** Half days, so that nothing expires while a test looks. */
const age = fc.option(
  fc.nat({ max: 120 }).map((days) => days + 0.5),
  { freq: 4 },
);
const days = (min: number) => fc.option(fc.integer({ min, max: 100 }), { nil: undefined });
const policies = fc
  .record({
    text: days(1),
    events: days(31),
    artifacts: days(1),
    idempotencyKeys: days(1),
    runs: days(1),
  })
  .map(
    (given) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Policies,
  );

export const worlds: fc.Arbitrary<World> = fc.record({
  policies: fc.array(policies, { minLength: 3, maxLength: 3 }),
  runs: fc.array(
    fc.record({
      owner: fc.nat({ max: 2 }),
      shape: fc.constantFrom('alone' as const, 'execution' as const, 'turn' as const),
      thread: fc.nat({ max: 1 }),
      age,
      parts: fc.array(fc.option(fc.nat({ max: 20 })), { maxLength: 3 }),
      dependsOn: fc.option(fc.nat({ max: 20 })),
      texts: fc.array(fc.boolean(), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 20 },
  ),
});

/** A run as it is in the database. */
export interface Stored {
  id: string;
  ownerId: string;
  kind: 'task' | 'execution';
  age: number | null;
  parentId: string | null;
  threadId: string | null;
  dependsOn: string | null;
  /** The types of its events, in order. */
  log: readonly string[];
}

/** The runs of a world, with their parts. @param name a prefix of all ids */
export function runsOf({ runs }: World, name: string): Stored[] {
  const ownerOf = (owner: number) => `${name}-u${owner}`;
  return runs.flatMap((run, index) => {
    const id = `${name}-r${index}`;
    const needed = run.dependsOn === null ? undefined : runs[run.dependsOn];
    const isAfter = needed && run.dependsOn! < index && needed.owner === run.owner;
    const whole: Stored = {
      id,
      ownerId: ownerOf(run.owner),
      kind: run.shape === 'execution' ? 'execution' : 'task',
      age: run.age,
      parentId: null,
      threadId: run.shape === 'turn' ? `${ownerOf(run.owner)}-t${run.thread}` : null,
      dependsOn: isAfter && run.shape !== 'execution' ? `${name}-r${run.dependsOn}` : null,
      log: logOf(run.texts, run.age),
    };
    const parts = run.shape === 'execution' ? run.parts : [];
    return [
      whole,
      ...parts.map((before, part): Stored => {
        const partAge = run.age === null ? before : run.age + (before ?? 0);
        const others = { kind: 'task', parentId: id, threadId: null, dependsOn: null } as const;
        return { ...whole, ...others, id: `${id}-p${part}`, age: partAge, log: logOf(run.texts, partAge) };
      }),
    ];
  });
}

function logOf(texts: readonly boolean[], ended: number | null): string[] {
  const middle = texts.map((isText) => (isText ? 'TokensGenerated' : 'ProgressMade'));
  return ['RunCreated', ...middle, ...(ended === null ? [] : ['RunCompleted'])];
}

/** Bytes of one event that is text. */
export const TEXT_BYTES = 5;
export const OTHER_BYTES = 1_000;
export const ARTIFACT_BYTES = 10;

/** Writes accounts, threads and runs, each with an artifact and a key. */
export async function store(
  { store: { database } }: TestServer,
  { policies: given }: World,
  name: string,
  runs: readonly Stored[],
) {
  const sql = (text: string, values: unknown[]) => database.pool.query(text, values);
  for (const [owner, policy] of given.entries()) {
    const id = `${name}-u${owner}`;
    await sql(`insert into app_user (id, email, name) values ($1, $1 || '@b.c', 'n')`, [id]);
    for (const thread of [0, 1])
      await sql(`insert into thread (id, owner_id) values ($1, $2)`, [`${id}-t${thread}`, id]);
    for (const [subject, value] of Object.entries(policy))
      await sql('insert into retention (owner_id, subject, days) values ($1, $2, $3)', [id, subject, value]);
  }
  for (const run of runs) await storeRun(sql, run);
}

type Sql = (text: string, values: unknown[]) => Promise<unknown>;

async function storeRun(
  sql: Sql,
  { id, ownerId, kind, age: ended, parentId, threadId, dependsOn, log }: Stored,
) {
  const status = ended === null ? 'running' : 'completed';
  const text = TEXT_BYTES * log.filter((type) => type === 'TokensGenerated').length;
  await sql(
    `insert into run (id, kind, owner_id, origin, status, parent_id, last_seq, bytes, counted_bytes, text_bytes)
     values ($1, $2, $3, 'graphql', 'running', $4, $5, $6, $6, $7)`,
    [id, kind, ownerId, parentId, log.length, OTHER_BYTES + ARTIFACT_BYTES + text, text],
  );
  if (kind === 'task')
    await sql(
      `insert into task (id, kind, prompt, provider, model, thread_id, joined_at) values ($1, 'prompt', 'x', 'demo', 'demo', $2, now())`,
      [id, threadId],
    );
  else
    await sql(
      `insert into execution (id, workflow_id, workflow_name, workflow_version, definition, input, parameters, trigger)
       values ($1, 'w', 'w', 1, '{}', '{}', '{}', 'request')`,
      [id],
    );
  for (const isText of [true, false])
    await sql(
      `insert into ${isText ? 'run_text (month, run_id, seq, attempt, type, call_id, text)' : 'run_event (month, run_id, seq, attempt, type, data)'}
       select month, id, position, 1, type, ${isText ? `'c', 'abcd'` : `'{}'`}
       from run, unnest($2::text[]) with ordinality as item(type, position)
       where id = $1 and (type = 'TokensGenerated') = $3`,
      [id, log, isText],
    );
  await sql(
    `insert into artifact (id, run_id, name, type, media_type, size, sha256, content, is_truncated)
     values ($1, $1, 'a', 'file', 'text/plain', $2, 'x', 'x', false)`,
    [id, ARTIFACT_BYTES],
  );
  await sql(`insert into idempotency_key (owner_id, key, body_hash, run_id) values ($1, $2, 'x', $2)`, [
    ownerId,
    id,
  ]);
  if (dependsOn) await sql('insert into dependency (run_id, on_run_id) values ($1, $2)', [id, dependsOn]);
  if (status === 'running') return;
  await sql(`update run set status = 'completed' where id = $1`, [id]);
  await sql(`update run set ended_at = now() - make_interval(secs => $2::float8 * 86400) where id = $1`, [
    id,
    ended,
  ]);
}
