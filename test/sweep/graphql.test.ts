import { beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { differences, ownOf, rankOf, run, TRIED, transportsOf } from './attempts.ts';
import { codesOf, mask } from './compare.ts';
import { documentsFor, nestedFieldsWithIds, rootFields } from './documents.ts';
import { typeOfId, variablesOf } from './inputs.ts';
import { openSweep, SWEEP_MS, type Sweep } from './sweep.ts';
import { NODE_TYPES, TYPES_WITH_IDS } from './walk.ts';

let before: Awaited<ReturnType<Sweep['stateOfAlice']>>;

const sweep = fixture(openSweep, { timeoutMs: SWEEP_MS });
beforeAll(async () => {
  before = await sweep.stateOfAlice();
}, SWEEP_MS);

describe('the sweep reaches all', () => {
  test('Alice and Bob have one of every type that has an id', () => {
    const missing = TYPES_WITH_IDS.filter((type) => !sweep.ids[type]?.length || !sweep.own[type]);
    expect(missing, 'make one of these in test/sweep/world.ts').toEqual([]);
  });

  test('the type of every id that is taken is known', () => {
    const names = TRIED.flatMap(({ leaves }) => leaves).filter(({ scalar }) => scalar === 'ID');
    for (const { name } of names) expect(TYPES_WITH_IDS).toContain(typeOfId(name));
  });

  test('below the roots, only filters of lists of own runs take ids', async () => {
    const remedy = 'teach test/sweep/attempts.ts to try fields below the roots';
    expect(nestedFieldsWithIds(schema), remedy).toEqual(['Session.tasks', 'Thread.tasks']);
    const { Session, Thread, Execution } = sweep.ids;
    for (const filter of [
      { sessionId: Session![0] },
      { threadId: Thread![0] },
      { executionId: Execution![0] },
    ]) {
      const document = `query ($filter: TaskFilter) { sessions { nodes { tasks(filter: $filter) { totalCount } } }
        threads { nodes { tasks(filter: $filter) { totalCount nodes { id } } } } }`;
      const { sessions, threads } = data(await sweep.bob.client.query(document, { filter }));
      const totals = [...sessions.nodes, ...threads.nodes].map(({ tasks }) => tasks.totalCount);
      expect(totals).toEqual(totals.map(() => 0));
    }
  });

  test.each(NODE_TYPES)('Alice finds her %s, and what she wrote in it', async (type) => {
    const node = rootFields(schema, 'query').find(({ name }) => name === 'node')!;
    const answers = await Promise.all(
      sweep.ids[type]!.flatMap((id) =>
        documentsFor(schema, 'query', node, { id })
          .filter((document) => document.includes(`... on ${type} `))
          .map((document) => sweep.alice.client.query(document, { id })),
      ),
    );
    expect(answers.flatMap(codesOf)).toEqual([]);
    // A delivery and a model call say when and how they went, and not what was sent.
    const [id] = sweep.ids[type]!;
    const own =
      { User: sweep.alice.handles.email, Delivery: id, BulkOperation: id, ModelCall: id }[type] ??
      sweep.alice.canary;
    expect(JSON.stringify(answers)).toContain(own);
  });
});

/** A call that comes to this tries nothing. */
const NO_CALL = ['VALIDATION_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'NOT_FOUND'];

const REFUSED = ['NOT_FOUND', 'VALIDATION_ERROR', 'BAD_CURSOR', 'FORBIDDEN'];

describe.each(TRIED)('$operation $name', (tried) => {
  test('a generated call is valid', async () => {
    const own = ownOf(sweep, tried);
    const leaves = rankOf(tried) === 2 ? [] : tried.leaves.filter(({ scalar }) => scalar === 'ID');
    for (const leaf of [undefined, ...leaves]) {
      const filling = leaf ? { own, leaf, value: own[typeOfId(leaf.name)]! } : { own };
      const variables = variablesOf(tried.root, tried.field, filling);
      const answer = await run(sweep, sweep.callers[0]!, tried, variables, {
        transport: transportsOf(tried)[0]!,
        fitting: '',
      });
      const remedy = `say in test/sweep/inputs.ts what ${tried.name} needs beside ${leaf?.name}`;
      expect(NO_CALL, `${remedy}: ${JSON.stringify(answer.errors)}`).not.toContain(codesOf(answer)[0]);
      expect(JSON.stringify(answer)).not.toContain(sweep.alice.canary);
    }
  });

  test('an empty id is that of nothing', async () => {
    const ids = tried.leaves.filter(({ scalar }) => scalar === 'ID');
    for (const leaf of ids) {
      for (const value of ['', Buffer.from(`${typeOfId(leaf.name)}:`).toString('base64url')]) {
        const variables = variablesOf(tried.root, tried.field, { own: ownOf(sweep, tried), leaf, value });
        const answer = await run(sweep, sweep.callers[0]!, tried, variables, {
          transport: transportsOf(tried)[0]!,
          fitting: '',
        });
        expect(REFUSED, leaf.name).toContain(codesOf(answer)[0]);
      }
    }
  });

  test('what is Alice’s looks to others like what is not there', async () => {
    const found: string[] = [];
    for (const caller of sweep.callers) {
      for (const leaf of tried.leaves) found.push(...(await differences(sweep, caller, tried, leaf)));
    }
    expect(found).toEqual([]);
  });
});

test('whatever was tried, all of Alice is as it was', async () => {
  const { shown, rows } = await sweep.stateOfAlice();
  expect(rows).toEqual(before.rows);
  expect(mask(JSON.stringify(shown), '')).toEqual(mask(JSON.stringify(before.shown), ''));
});
