import { describe, expect, test } from 'vitest';
import { iterate } from '../../packages/client/src/connection/iterate.ts';
import type { Sink } from '../../packages/client/src/connection/transport.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { polyphonyOf } from './client-package.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());

/** A log that sends as fast as it is read, and resumes where the last subscription stopped. */
function logOf(length: number) {
  const state = { next: 0, most: 0, subscriptions: 0 };
  function subscribe(sink: Sink<number>) {
    let isStopped = false;
    state.subscriptions += 1;
    const begunAt = state.next;
    queueMicrotask(() => {
      while (!isStopped && state.next < length) sink.next(state.next++);
      state.most = Math.max(state.most, state.next - begunAt);
      if (!isStopped) sink.complete();
    });
    return () => {
      isStopped = true;
    };
  }
  return { state, subscribe };
}

describe('given 1,800 items that come faster than they are consumed', () => {
  test('when the subscription can be continued, then at most 500 wait, and each comes once', async () => {
    const { state, subscribe } = logOf(1_800);
    const received = await Array.fromAsync(iterate(subscribe, { isResumable: true }));
    expect(received).toEqual(Array.from({ length: 1_800 }, (_, index) => index));
    expect(state).toEqual({ next: 1_800, most: 500, subscriptions: 4 });
  });

  test('when it answers at once, then each comes once', async () => {
    let next = 0;
    const received = iterate<number>(
      ({ next: send, complete }) => {
        let isStopped = false;
        const stop = () => {
          isStopped = true;
        };
        queueMicrotask(() => next === 0 && deliver());
        if (next > 0) deliver();
        function deliver(): void {
          while (!isStopped && next < 700) send(next++);
          if (next === 700) complete();
        }
        return stop;
      },
      { isResumable: true },
    );
    expect(await Array.fromAsync(received)).toHaveLength(700);
  });

  test('when it cannot be continued, then all wait', async () => {
    const { state, subscribe } = logOf(1_800);
    expect(await Array.fromAsync(iterate(subscribe, { isResumable: false }))).toHaveLength(1_800);
    expect(state.subscriptions).toBe(1);
  });
});

test('given a consumer that stops while 105 runs have all of their events, then each event of the feed comes once', async () => {
  const polyphony = polyphonyOf(server, ann);
  const activity = polyphony.activity();
  await activity.next();
  const creations = Array.from(
    { length: 15 },
    (_, index) => `t${index}: createTask(input: $input) { task { id } }`,
  );
  const mutation = `mutation ($input: CreateTaskInput!) { ${creations.join(' ')} }`;
  const ids: string[] = [];
  for (let batch = 0; batch < 7; batch += 1) {
    const created = data(await ann.query(mutation, { input: { prompt: 'x', model: 'demo@tokens=2,itl=0' } }));
    ids.push(...Object.values<{ task: { id: string } }>(created).map(({ task }) => task.id));
  }
  const logged = new Map<string, number[]>();
  for (const id of ids) {
    const events = await ann.events(id);
    logged.set(
      id,
      events
        .filter(({ __typename, seq }) => seq > 0 && __typename !== 'TokensGenerated')
        .map(({ seq }) => seq),
    );
  }
  const received = new Map(ids.map((id) => [id, [] as number[]]));
  for (let ended = 0; ended < ids.length; ) {
    const { event, taskId } = (await activity.next()).value!;
    if (!event) continue;
    received.get(taskId!)!.push(event.seq);
    if (event.__typename === 'RunCompleted') ended += 1;
  }
  expect(Object.fromEntries(received)).toEqual(Object.fromEntries(logged));
  expect([...received.values()].flat().length).toBeGreaterThan(500);
  polyphony.close();
});

test('given a client that is closed while its consumer is slow, then the iteration ends without another connection', async () => {
  const polyphony = polyphonyOf(server, ann);
  const activity = polyphony.activity();
  await activity.next();
  polyphony.close();
  expect(await activity.next()).toEqual({ done: true, value: undefined });
  expect(await Array.fromAsync(polyphony.activity())).toEqual([]);
});
