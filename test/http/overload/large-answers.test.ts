import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSerializeLarge, isLarge, MAX_ANSWER_BYTES } from '../../../src/http/overload/answer-size.ts';
import { data, errorCode } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ask, TRANSPORTS } from '../transports.ts';

describe('JSON that is made in slices', () => {
  const serializeLarge = createSerializeLarge();
  const VALUES: [string, unknown][] = [
    ['texts', { data: ['a "quoted" line\n', '\u0001\u2028', 'größer 😀', '\ud800', ''] }],
    ['scalars', { data: [0, -1.5e300, true, false, null, Number.NaN, new Date(0)] }],
    ['absent members', { data: { here: [undefined, () => 1], gone: undefined, also: () => 1 } }],
    ['objects without a prototype', { data: Object.assign(Object.create(null), { a: [{}, []] }) }],
    ['many members', Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`"${n}`, n]))],
    ['one text of 3 MB', { data: 'x"'.repeat(1_500_000) }],
  ];

  test.each(VALUES)('is that of JSON.stringify: %s', async (_name, value) => {
    expect((await serializeLarge(value, 'ann')).equals(Buffer.from(JSON.stringify(value)))).toBe(true);
  });

  test('may have 16 MB, and no byte more', async () => {
    const text = 'ä'.repeat(MAX_ANSWER_BYTES / 2 - 1);
    expect(await serializeLarge(text, 'ann')).toHaveLength(MAX_ANSWER_BYTES);
    await expect(serializeLarge([text], 'ann')).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  test('is made one at a time, and accounts take turns', async () => {
    const large = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
    const ended: string[] = [];
    const make = async (account: string) => {
      await serializeLarge(large, account);
      ended.push(account);
    };
    await Promise.all(['ann', 'ann', 'ann', 'bob', 'bob'].map(make));
    expect(ended).toEqual(['ann', 'bob', 'ann', 'bob', 'ann']);
  });

  test('leaves the event loop to others between slices', async () => {
    let turns = 0;
    let isOver = false;
    const count = async () => {
      for (; !isOver; turns += 1) await nextLoopTurn();
    };
    const counted = count();
    await serializeLarge(Array(100).fill('x"'.repeat(50_000)), 'ann');
    isOver = true;
    await counted;
    expect(turns).toBeGreaterThan(3);
  });

  test.each<[unknown, boolean]>([
    ['x'.repeat(600_000), false],
    ['x'.repeat(700_000), true],
    [Array(200_000).fill(0), true],
    [{ data: { nodes: [{ prompt: 'x'.repeat(600_000) }] } }, false],
    [null, false],
  ])('is for what may be longer than 4 MB (%#)', (value, expected) => {
    expect(isLarge(value)).toBe(expected);
  });
});

describe('a large answer', () => {
  const PROMPT = 'an "odd" prompt\n'.repeat(60_000);
  let id: string;

  const server = fixture(() => startTestServer({ worker: false }));
  const ann = fixture(() => server.newUser());
  beforeAll(async () => {
    id = await ann.createTask({ prompt: PROMPT, hold: true });
  });

  const withError = (count: number) => {
    const prompts = Array.from({ length: count }, (_, index) => `a${index}: prompt`).join(' ');
    return `{ task(id: "${id}") { ${prompts} } session(id: "none") { id } }`;
  };

  test.each(TRANSPORTS)('over %s has all of its data, and its errors', async (transport) => {
    const credentials = { authorization: `Bearer ${ann.token}` };
    const answer = await ask(transport, server.url, credentials, withError(10));
    expect(Object.values(answer.data!.task)).toEqual(Array(10).fill(PROMPT));
    expect(answer.data!.session).toBeNull();
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors![0]!.extensions.http).toBeUndefined();
    expect(answer).toMatchObject({ extensions: { cost: { requested: expect.any(Number) } } });
  });

  test.each(TRANSPORTS)('over %s is refused when it would be too large', async (transport) => {
    const credentials = { authorization: `Bearer ${ann.token}` };
    const answer = await ask(transport, server.url, credentials, withError(18));
    expect(errorCode(answer)).toBe('PAYLOAD_TOO_LARGE');
    expect(answer.data ?? null).toBeNull();
  });

  test('of a mutation has its data, too', async () => {
    const prompts = Array.from({ length: 8 }, (_, index) => `a${index}: prompt`).join(' ');
    const mutation = `mutation ($input: UpdateTaskPriorityInput!) {
      updateTaskPriority(input: $input) { task { priority ${prompts} } } }`;
    const { updateTaskPriority } = data(await ann.query(mutation, { input: { id, priority: 3 } }));
    expect(Object.values(updateTaskPriority.task)).toEqual([3, ...Array(8).fill(PROMPT)]);
  });

  test('of a dialect is one JSON', async () => {
    const headers = { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' };
    const url = `${server.url}/themachine/api/v1/tasks`;
    const body = JSON.stringify({ title: 'Long', description: PROMPT, type: 'analysis' });
    for (const _ of Array(2)) expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    const list = await fetch(url, { headers });
    expect(list.headers.get('content-type')).toMatch(/^application\/json/);
    const tasks = (await list.json()) as { description: string }[];
    expect(tasks.map(({ description }) => description === PROMPT)).toEqual([true, true]);
  });
});
