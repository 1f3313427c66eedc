import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { data, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { createSession } from './feed-reader.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const lastOf = async (id: string) => (await ann.events(id)).at(-1)!;
const cancel = (id: string) =>
  ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id });
const budgetOf = async (id: string) =>
  data(await ann.query('query ($id: ID!) { session(id: $id) { budget { limit spent reserved } } }', { id }))
    .session.budget;
const limit = async (id: string, costLimit: number | null) =>
  data(
    await ann.query(
      'mutation ($input: UpdateSessionInput!) { updateSession(input: $input) { session { budget { limit spent reserved } } } }',
      { input: { id, costLimit } },
    ),
  ).updateSession.session.budget;

async function untilTokens(id: string): Promise<void> {
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') return;
  }
}

async function entriesOf(session: string) {
  const { rows } = await server.store.database.pool.query(
    `select coalesce(sum(amount), 0)::float8 as amount, count(*) filter (where amount is null)::int as open
     from budget_entry where subject_id = $1`,
    [Buffer.from(session, 'base64url').toString().slice('Session:'.length)],
  );
  return rows[0];
}

describe('a cost limit on a session', () => {
  test('counts what was spent before it was set, until it is taken away', async () => {
    const session = await createSession(ann);
    const task = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=50', sessionId: session });
    await ann.events(task);
    const { cost } = await ann.task(task);
    expect(cost).toBeGreaterThan(0);
    expect(await limit(session, 2)).toEqual({ limit: 2, spent: cost, reserved: 0 });
    expect(await limit(session, 3)).toEqual({ limit: 3, spent: cost, reserved: 0 });
    expect(await limit(session, null)).toBeNull();
  });

  test('holds for its tasks and for no others', async () => {
    const session = await createSession(ann, { costLimit: 0.0001 });
    const inside = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5', sessionId: session });
    const outside = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' });
    expect(await lastOf(inside)).toMatchObject({ error: { code: 'BUDGET_EXCEEDED' } });
    expect(await lastOf(outside)).toMatchObject({ __typename: 'RunCompleted' });
  });

  test('taken away and set again while a call is open, it counts that call once', async () => {
    const session = await createSession(ann, { costLimit: 1 });
    const task = await ann.createTask({
      prompt: 'x',
      model: 'gpt-4o@tokens=60,itl=20',
      parameters: { maxTokens: 100 },
      sessionId: session,
    });
    await untilTokens(task);
    await limit(session, null);
    await limit(session, 2);
    await ann.events(task);
    const { cost } = await ann.task(task);
    expect(await budgetOf(session)).toEqual({ limit: 2, spent: cost, reserved: 0 });
  });

  test('a task that is deleted leaves what it cost', async () => {
    const session = await createSession(ann, { costLimit: 1 });
    const task = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=50', sessionId: session });
    await ann.events(task);
    const before = await budgetOf(session);
    data(
      await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id: task }),
    );
    expect(await budgetOf(session)).toEqual(before);
  });

  test('100 calls at once never exceed it, with cancels and faults among them', async () => {
    const costLimit = 0.2;
    const session = await createSession(ann, { costLimit });
    const models = [
      'gpt-4o@tokens=400',
      'gpt-4o@tokens=400,itl=2',
      'gpt-4o@tokens=300,fault=cut',
      'gpt-4o@fault=503',
    ];
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ann.createTask({
          prompt: 'x',
          model: models[index % 4],
          parameters: { maxTokens: 400 },
          sessionId: session,
        }),
      ),
    );
    await Promise.all(ids.filter((_, index) => index % 10 === 1).map(cancel));
    const ends = await Promise.all(ids.map(lastOf));
    const budget = await budgetOf(session);
    expect(budget.reserved).toBe(0);
    expect(budget.spent).toBeLessThanOrEqual(costLimit);
    const codes = ends.map(({ error }) => (error as { code?: string } | undefined)?.code);
    expect(codes).toContain('BUDGET_EXCEEDED');
    expect(ends.filter(({ __typename: type }) => type === 'RunCompleted').length).toBeGreaterThan(10);
    expect(await entriesOf(session)).toEqual({ amount: expect.closeTo(budget.spent, 9), open: 0 });
  });

  test('whatever is set, taken away and cancelled meanwhile: what is counted is what was spent', async () => {
    const step = fc.record({
      limit: fc.option(fc.double({ min: 0.5, max: 2, noNaN: true })),
      model: fc.constantFrom(
        'gpt-4o@tokens=30',
        'gpt-4o@tokens=30,itl=5',
        'gpt-4o@fault=401',
        'demo@tokens=5',
      ),
    });
    const plan = fc.array(step, { minLength: 10, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const session = await createSession(ann);
        const ids = await Promise.all(
          steps.map(async ({ model, limit: costLimit }) => {
            const [id] = await Promise.all([
              ann.createTask({ prompt: 'x', model, sessionId: session, parameters: { maxTokens: 50 } }),
              limit(session, costLimit),
            ]);
            return id;
          }),
        );
        await Promise.all(ids.map(lastOf));
        const budget = await limit(session, 5);
        const { session: after } = data(
          await ann.query('query ($id: ID!) { session(id: $id) { totals { cost costComplete } } }', {
            id: session,
          }),
        );
        expect(after.totals.costComplete).toBe(true);
        expect(budget).toEqual({ limit: 5, spent: expect.closeTo(after.totals.cost, 9), reserved: 0 });
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
