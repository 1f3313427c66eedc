import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StreamPart } from '../../../src/providers/provider.ts';
import { type Patience, watchStream } from '../../../src/providers/stream/watch-stream.ts';
import { UNKNOWN_USAGE } from '../../../src/rules/money/money.ts';
import { failureOf, listen } from '../listen.ts';

const PATIENCE = { firstPartMs: 5000, idleMs: 1000 };
const HI: StreamPart = { type: 'text', text: 'Hi' };
const FINISH: StreamPart = { type: 'finish', reason: 'stop', rawReason: 'stop', usage: UNKNOWN_USAGE };

interface Played {
  closed: boolean;
  open(signal: AbortSignal): AsyncGenerator<readonly StreamPart[]>;
}

/** A library's stream: numbers are silences in milliseconds, errors are thrown. It heeds its signal by ending. */
function play(...script: (StreamPart | number | Error)[]): Played {
  const played: Played = {
    closed: false,
    async *open(signal) {
      try {
        for (const step of script) {
          if (step instanceof Error) throw step;
          if (typeof step === 'number') await silence(step, signal);
          else yield [step];
          if (signal.aborted) return;
        }
      } finally {
        played.closed = true;
      }
    },
  };
  return played;
}

function silence(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const watch = (played: Played, signal = new AbortController().signal) =>
  watchStream('Vendor', played.open, signal, PATIENCE);

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  const timers = vi.getTimerCount();
  vi.useRealTimers();
  expect(timers).toBe(0);
});

test.each([
  { given: 'a whole answer', script: [HI, 900, HI, FINISH], parts: [HI, HI, FINISH], code: null },
  { given: 'a long time to the first part', script: [4999, HI, FINISH], parts: [HI, FINISH], code: null },
  {
    given: 'too long a time to the first part',
    script: [5001, HI, FINISH],
    parts: [],
    code: 'PROVIDER_TIMEOUT',
  },
  { given: 'too long a silence', script: [HI, 1001, HI, FINISH], parts: [HI], code: 'PROVIDER_TIMEOUT' },
  {
    given: 'many short silences',
    script: [HI, 999, HI, 999, HI, 999, FINISH],
    parts: [HI, HI, HI, FINISH],
    code: null,
  },
  { given: 'an end without finish', script: [HI], parts: [HI], code: 'PROVIDER_STREAM_BROKEN' },
  { given: 'nothing', script: [], parts: [], code: 'PROVIDER_STREAM_BROKEN' },
  { given: 'parts after finish', script: [HI, FINISH, HI, FINISH], parts: [HI, FINISH], code: null },
  { given: 'an answer of nothing', script: [FINISH], parts: [], code: 'PROVIDER_STREAM_BROKEN' },
  {
    given: 'a failure after finish',
    script: [HI, FINISH, new Error('late')],
    parts: [HI, FINISH],
    code: null,
  },
  {
    given: 'a connection that stays after finish',
    script: [HI, FINISH, 60_000],
    parts: [HI, FINISH],
    code: null,
  },
])('$given', async ({ script, parts, code }) => {
  const played = play(...script);
  const hearing = listen(watch(played));
  await vi.runAllTimersAsync();
  const heard = await hearing;
  expect(heard.parts).toEqual(parts);
  expect(heard.error === null ? null : failureOf(heard).code).toBe(code);
  expect(played.closed).toBe(true);
});

describe('pings before the first part', () => {
  /** One every four seconds. */
  async function* pinging(count: number, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
    for (let pings = 0; pings < count && !signal.aborted; pings += 1) {
      await silence(4000, signal);
      yield [];
    }
    yield [HI, FINISH];
  }
  const hear = async (count: number, patience: Patience) => {
    const { signal } = new AbortController();
    const hearing = listen(
      watchStream(
        'Vendor',
        (either) => pinging(count, either),
        signal,
        async () => patience,
      ),
    );
    await vi.runAllTimersAsync();
    return hearing;
  };

  test.each([
    { given: 'a server that lives', count: 4, more: {}, code: null },
    { given: 'a server that only pings', count: 1000, more: {}, code: 'PROVIDER_TIMEOUT' },
    { given: 'a setting of the model', count: 4, more: { withPingsMs: 5000 }, code: 'PROVIDER_TIMEOUT' },
  ])('$given: $code', async ({ count, more, code }) => {
    const { error } = await hear(count, { ...PATIENCE, ...more });
    expect(error === null ? null : failureOf({ parts: [], text: '', reasoning: '', error }).code).toBe(code);
  });

  test('what an answer took is reported, and so is silence', async () => {
    const onFinish = vi.fn();
    const onSilence = vi.fn();
    await hear(2, { ...PATIENCE, onFinish, onSilence });
    expect(onFinish).toHaveBeenCalledExactlyOnceWith(8000, UNKNOWN_USAGE);
    expect(onSilence).not.toHaveBeenCalled();
    await hear(1000, { ...PATIENCE, onFinish, onSilence });
    expect(onSilence).toHaveBeenCalledOnce();
  });
});

test('a failure of the library passes as it is', async () => {
  const failure = new Error('of the library');
  expect((await listen(watch(play(HI, failure)))).error).toBe(failure);
});

test('a library that ends as if complete when it is aborted does not hide the reason', async () => {
  const controller = new AbortController();
  const reason = { any: 'value' };
  const hearing = listen(watch(play(HI, 60_000, FINISH), controller.signal));
  await vi.advanceTimersByTimeAsync(10);
  controller.abort(reason);
  expect((await hearing).error).toBe(reason);
});

test('a part that was on its way when the caller gave up is not delivered', async () => {
  const controller = new AbortController();
  const heard = await listen(watch(play(HI, HI, FINISH), controller.signal), () =>
    controller.abort('enough'),
  );
  expect(heard.parts).toEqual([HI]);
  expect(heard.error).toBe('enough');
});

test('a reader who leaves closes the stream and its clock', async () => {
  const played = play(HI, HI, FINISH);
  for await (const _part of watch(played)) break;
  expect(played.closed).toBe(true);
});

test('a reader who fails closes the stream and its clock', async () => {
  const played = play(HI, HI, FINISH);
  const reading = async () => {
    for await (const _part of watch(played)) throw new Error('of the reader');
  };
  await expect(reading()).rejects.toThrow('of the reader');
  expect(played.closed).toBe(true);
});

test('a reader who forgets the stream leaves no clock running', async () => {
  await watch(play(HI, HI, FINISH)).next();
  expect(vi.getTimerCount()).toBe(0);
});

test('a reader who rests longer than patience gets the rest', async () => {
  const stream = watch(play(HI, HI, FINISH));
  await stream.next();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await stream.next()).toEqual({ done: false, value: [HI] });
  await stream.return();
});

test('a stream that nobody reads is never opened', () => {
  const open = vi.fn();
  watchStream('Vendor', open, new AbortController().signal, PATIENCE);
  expect(open).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test('what came together is read together, up to the finish', async () => {
  const played = async function* () {
    yield [HI, HI];
    yield [HI, FINISH, HI];
  };
  const groups: (readonly StreamPart[])[] = [];
  for await (const parts of watchStream('Vendor', played, new AbortController().signal, PATIENCE)) {
    groups.push(parts);
  }
  expect(groups).toEqual([
    [HI, HI],
    [HI, FINISH],
  ]);
});

test('signs of life that are no parts keep a stream from being silent', async () => {
  const open = async function* (): AsyncGenerator<readonly StreamPart[]> {
    yield [HI];
    for (let sign = 0; sign < 20; sign++) {
      await silence(900, new AbortController().signal);
      yield [];
    }
    yield [FINISH];
  };
  const hearing = listen(watchStream('Vendor', open, new AbortController().signal, PATIENCE));
  await vi.runAllTimersAsync();
  expect(await hearing).toMatchObject({ parts: [HI, FINISH], error: null });
});
