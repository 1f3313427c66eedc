import { describe, expect, test } from 'vitest';
import { createPolyphony, type RunEvent } from '../../packages/client/src/index.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { collect, polyphonyOf, TRANSPORTS } from './client-package.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());

const seqs = (events: readonly RunEvent[]) => events.map(({ seq }) => seq);

describe.each(TRANSPORTS)('given a task that runs, over %s', (transport) => {
  const polyphony = fixture(() => polyphonyOf(server, ann, transport), { stop: (one) => one.close() });

  test('then followRun has its state and each event, and ends with the run', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=20,itl=2' });
    const events = await collect(polyphony.followRun(id));
    expect(events[0]).toMatchObject({ __typename: 'CurrentState', run: { id } });
    expect(seqs(events)).toEqual(events.map((_, index) => index));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
    expect(Object.keys(events[1]!).filter((name) => name.startsWith('polyphony'))).toEqual([]);
  });

  test('then followRun continues after a seq', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=5,itl=0' });
    const last = seqs(await collect(polyphony.followRun(id))).at(-1)!;
    const rest = await collect(polyphony.followRun(id, { after: last - 2 }));
    expect(seqs(rest)).toEqual([0, last - 1, last]);
    expect(seqs(await collect(polyphony.followRun(id, { after: last })))).toEqual([0]);
  });

  test('then the text of followText grows to the output', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=20,itl=2' });
    const texts = await collect(polyphony.followText(id));
    const { output } = (await ann.query('query ($id: ID!) { task(id: $id) { output } }', { id })).data.task;
    expect(texts.at(-1)!.text).toBe(output);
    expect(texts.map(({ delta }) => delta).join('')).toBe(output);
    const middle = texts[3]!;
    const rest = await collect(polyphony.followText(id, { after: middle.seq, text: middle.text }));
    expect(rest.at(-1)!.text).toBe(output);
    expect(rest).toHaveLength(texts.length - 4);
  });

  test('then activity has an item without an event, and the events that follow', async () => {
    const seen: unknown[] = [];
    let id = '';
    for await (const { event, run } of polyphony.activity()) {
      if (!event) id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=5,itl=0' });
      else if (run?.id === id) seen.push(event.__typename);
      if (event?.__typename === 'RunCompleted') break;
    }
    expect(seen).toEqual(expect.arrayContaining(['RunCreated', 'RunStarted', 'RunCompleted']));
  });

  test('when the signal aborts, then the iteration throws its reason, and the server is left', async () => {
    const id = await ann.createTask({ prompt: 'x', hold: true });
    const controller = new AbortController();
    const reason = new Error('the page was left');
    const following = collect(polyphony.followRun(id, { signal: controller.signal }));
    controller.abort(reason);
    await expect(following).rejects.toBe(reason);
  });

  test('when the run does not exist, then the error has its code and field', async () => {
    const following = collect(polyphony.followRun(Buffer.from('Task:none').toString('base64url')));
    await expect(following).rejects.toMatchObject({
      name: 'PolyphonyError',
      code: 'NOT_FOUND',
      field: 'runId',
    });
  });

  test('when the token is wrong, then the error says so', async () => {
    const wrong = createPolyphony({ url: `${server.url}/graphql`, token: 'wrong', transport });
    await expect(collect(wrong.activity())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
