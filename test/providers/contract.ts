import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { isRetryable, type ModelRequest, type Provider } from '../../src/providers/provider.ts';
import { DEFAULT_PATIENCE, type Patience } from '../../src/providers/stream/watch-stream.ts';
import type { ProviderErrorCode } from '../../src/rules/models/provider-failure.ts';
import type { Usage } from '../../src/rules/money/money.ts';
import { UNKNOWN_USAGE } from '../../src/rules/money/money.ts';
import type { FinishReason } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import type { Api } from '../harness/vendor/behaviours/behaviour.ts';
import { answerText, countTokens, reasoningText, startVendor } from '../harness/vendor/server.ts';
import { each, failureOf, type Heard, listen } from './listen.ts';

/** An adapter, and what its vendor's wire format has and has not. */
export interface Subject {
  /** As messages call the vendor. */
  name: string;
  /** Of the API, where the vendor has two. */
  path?: string;
  keyVariable: string;
  urlVariable: string;
  /** A model that the vendor has, without settings. */
  model: string;
  connect(vendorUrl: string, apiKey: string, patience: Patience): Provider;
  /** The API by which it reaches a server: whose behaviours it can meet. */
  speaks: Api;
  /** Where this vendor's words or statuses are others, by the settings of the row. */
  differences?: Readonly<Record<string, Partial<FailureRow>>>;
  /** Rows that say nothing about this vendor, by their settings. */
  without?: readonly string[];
  /** What this vendor does not count. */
  uncounted?: readonly (keyof Usage)[];
  /** Sends a tool call in one piece, and its arguments as an object. */
  sendsCallsWhole?: boolean;
  /** Shows nothing of a model's reasoning. */
  hidesThoughts?: boolean;
}

const CANARY = 'canary-key-1234567890';

const HASTY: Patience = { firstPartMs: 500, idleMs: 500 };

/** For answers whose pace is not what is tried; a busy machine takes its time over single bytes. */
const CALM: Patience = { firstPartMs: 10_000, idleMs: 10_000 };

const PROMPT = 'Où est 漢 🙂?';

interface AnswerRow {
  given: string;
  settings: string;
  text?: string;
  reasoning?: string;
  reason?: FinishReason;
  usage?: Partial<Usage>;
}

const ANSWERS: readonly AnswerRow[] = [
  { given: 'words', settings: 'tokens=9', text: answerText(9) },
  { given: 'one word', settings: 'tokens=1', text: answerText(1) },
  { given: 'everything in one write', settings: 'tokens=300,whole=1', text: answerText(300) },
  { given: 'a byte per write', settings: 'tokens=20,split=1', text: answerText(20) },
  { given: 'seven bytes per write', settings: 'tokens=100,split=7', text: answerText(100) },
  { given: 'characters cut in two', settings: 'tokens=40,surrogate=1', text: answerText(40) },
  { given: 'both', settings: 'tokens=10,surrogate=1,split=1', text: answerText(10) },
  { given: 'reasoning', settings: 'tokens=3,reasoning=5', text: answerText(3), reasoning: reasoningText(5) },
  { given: 'a length limit', settings: 'tokens=3,length=1', text: answerText(3), reason: 'length' },
  { given: 'usage', settings: 'tokens=7', usage: { inputTokens: countTokens(PROMPT), outputTokens: 7 } },
  { given: 'no usage', settings: 'tokens=7,usage=0', usage: UNKNOWN_USAGE },
  { given: 'a cached prompt', settings: 'tokens=1,cached=3', usage: { cachedInputTokens: 3 } },
  { given: 'reasoning, counted', settings: 'tokens=1,reasoning=4', usage: { reasoningTokens: 4 } },
];

export interface FailureRow {
  given: string;
  settings: string;
  code: ProviderErrorCode;
  /** What the message says beside the vendor's name; the last part is what to do. */
  says: readonly RegExp[];
  status?: number;
  retryAfterMs?: number;
}

function failuresOf(subject: Subject): FailureRow[] {
  const rows = failures(subject).filter(({ settings }) => !subject.without?.includes(settings));
  return rows.map((row) => ({ ...row, ...subject.differences?.[row.settings] }));
}

const failures = ({ keyVariable }: Subject): readonly FailureRow[] => [
  {
    given: 'a refused key',
    settings: 'fault=401',
    code: 'PROVIDER_AUTH',
    status: 401,
    says: [/401/, RegExp(`Check ${keyVariable}`)],
  },
  {
    given: 'no such model',
    settings: 'fault=404',
    code: 'MODEL_NOT_FOUND',
    status: 404,
    says: [/404/, /does not exist/, /Check the model's name/],
  },
  {
    given: 'a rate limit',
    settings: 'fault=429',
    code: 'PROVIDER_RATE_LIMITED',
    status: 429,
    retryAfterMs: 1000,
    says: [/429/, /raise the limits/],
  },
  {
    given: 'a rate limit with a wait',
    settings: 'fault=429,retryafter=17',
    code: 'PROVIDER_RATE_LIMITED',
    status: 429,
    retryAfterMs: 17_000,
    says: [/429/],
  },
  {
    given: 'an empty account',
    settings: 'fault=quota',
    code: 'PROVIDER_AUTH',
    status: 429,
    says: [/429/, /quota/, RegExp(`Add credit to the account of ${keyVariable}`)],
  },
  {
    given: 'too long a prompt',
    settings: 'fault=context',
    code: 'CONTEXT_TOO_LONG',
    status: 400,
    says: [/400/, /maximum context length/, /Shorten the prompt/],
  },
  {
    given: 'a failing vendor',
    settings: 'fault=500',
    code: 'PROVIDER_UNAVAILABLE',
    status: 500,
    says: [/500/, /Try again later/],
  },
  {
    given: 'an overloaded vendor',
    settings: 'fault=503',
    code: 'PROVIDER_UNAVAILABLE',
    status: 503,
    says: [/503/, /Try again later/],
  },
  {
    given: 'a vendor that names its wait',
    settings: 'fault=503,retryafter=2',
    code: 'PROVIDER_UNAVAILABLE',
    status: 503,
    retryAfterMs: 2000,
    says: [],
  },
  {
    given: 'an overloaded model',
    settings: 'fault=529',
    code: 'PROVIDER_UNAVAILABLE',
    status: 529,
    says: [/529/, /Try again later/],
  },
  {
    given: 'parameters it will not take',
    settings: 'tokens=many',
    code: 'PROVIDER_BAD_REQUEST',
    status: 400,
    says: [/400/, /tokens=many/, /Check the parameters/],
  },
  {
    given: 'no answer',
    settings: 'fault=hang',
    code: 'PROVIDER_TIMEOUT',
    says: [/sent no part of an answer for 0\.5 s/, /Try again/],
  },
  {
    given: 'silence before the first word',
    settings: 'fault=stall,at=0',
    code: 'PROVIDER_TIMEOUT',
    says: [/sent no part of an answer for 0\.5 s/],
  },
  {
    given: 'silence in mid-answer',
    settings: 'fault=stall',
    code: 'PROVIDER_TIMEOUT',
    says: [/sent no part of an answer for 0\.5 s/],
  },
  {
    given: 'a cut connection',
    settings: 'fault=cut',
    code: 'PROVIDER_STREAM_BROKEN',
    says: [/interrupted its answer|was interrupted/, /Try again/],
  },
  {
    given: 'a cut before the first word',
    settings: 'fault=cut,at=0',
    code: 'PROVIDER_STREAM_BROKEN',
    says: [/interrupted its answer|was interrupted/],
  },
  {
    given: 'an end without its marker',
    settings: 'fault=eof',
    code: 'PROVIDER_STREAM_BROKEN',
    says: [/without a finish marker/],
  },
  {
    given: 'an answer of nothing',
    settings: 'tokens=0',
    code: 'PROVIDER_STREAM_BROKEN',
    says: [/without any content/, /Try again/],
  },
  {
    given: 'bytes that are no event',
    settings: 'fault=garbage',
    code: 'PROVIDER_STREAM_BROKEN',
    says: [/interrupted its answer|was interrupted/, /Try again/],
  },
  {
    given: "the vendor's own failure in mid-answer",
    settings: 'fault=error',
    code: 'PROVIDER_UNAVAILABLE',
    says: [/interrupted its answer|was interrupted/, /The server had an error/],
  },
];

const RETRIED: readonly ProviderErrorCode[] = [
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_STREAM_BROKEN',
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
];

/** What every adapter owes the engine, tried over real HTTP. */
export function describeContract(subject: Subject): void {
  const vendor = fixture(startVendor);
  let provider: Provider;
  let calm: Provider;

  beforeAll(async () => {
    provider = subject.connect(vendor.url, CANARY, HASTY);
    calm = subject.connect(vendor.url, CANARY, CALM);
    // What it is asked once for its list of models is not counted.
    await provider.isPriced?.();
  });

  const requestFor = (settings: string): ModelRequest => ({
    model: `${subject.model}@${settings}`,
    messages: [{ role: 'user', content: PROMPT }],
  });
  const hear = (settings: string, signal = new AbortController().signal): Promise<Heard> =>
    listen(provider.stream(requestFor(settings), signal));

  describe('answers', () => {
    test.each(ANSWERS)('$given', async ({ settings, text, reasoning = '', reason = 'stop', usage = {} }) => {
      const heard = await listen(calm.stream(requestFor(settings), new AbortController().signal));
      expect(heard.error).toBeNull();
      if (text !== undefined) expect(heard.text).toBe(text);
      if (!settings.includes('reasoning')) expect(heard.reasoning).toBe('');
      else if (reasoning) expect(heard.reasoning).toBe(subject.hidesThoughts ? '' : reasoning);
      const unknown = (subject.uncounted ?? []).map((count) => [count, null]);
      const counted = { ...usage, ...Object.fromEntries(unknown) };
      expect(heard.parts.at(-1)).toMatchObject({ type: 'finish', reason, usage: counted });
      expect(heard.parts.filter(({ type }) => type === 'finish')).toHaveLength(1);
    });

    test('a pause shorter than patience is none', async () => {
      expect(await hear('tokens=8,itl=120')).toMatchObject({ text: answerText(8), error: null });
    });

    test('the model’s id goes to the vendor as it is', async () => {
      await hear('tokens=1,key=A b_漢');
      expect(vendor.requests.at(-1)?.body.model).toBe(`${subject.model}@tokens=1,key=A b_漢`);
      if (subject.path) expect(vendor.requests.at(-1)?.path).toBe(subject.path);
    });

    test('calls of tools arrive whole, in their order, before the end', async () => {
      const toolCalls = [
        { name: 'weather', arguments: { city: 'Zürich 漢字 🙂', days: [1, 2] } },
        { name: 'now', arguments: {} },
      ];
      vendor.scripts.set(`${subject.model}@key=tools`, [{ text: 'Let me see. ', toolCalls }]);
      const { parts, text, error } = await hear('key=tools');
      expect([text, error]).toEqual(['Let me see. ', null]);
      const calls = parts.filter((part) => part.type === 'tool_call');
      expect(calls.map(({ name, arguments: json }) => ({ name, arguments: JSON.parse(json) }))).toEqual(
        toolCalls,
      );
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
      expect(parts.indexOf(calls[1]!)).toBe(parts.length - 2);
      expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'tool_calls' });
    });

    if (!subject.sendsCallsWhole) {
      test('arguments that do not parse are passed on as they are', async () => {
        const model = `${subject.model}@key=broken`;
        vendor.scripts.set(model, [{ toolCalls: [{ name: 'look', arguments: '{"a":' }] }]);
        const { parts } = await hear('key=broken');
        expect(parts).toContainEqual(expect.objectContaining({ name: 'look', arguments: '{"a":' }));
      });

      test('a long call that is being written is no silence', async () => {
        const model = `${subject.model}@itl=60,key=long`;
        const content = 'x'.repeat(80);
        vendor.scripts.set(model, [{ toolCalls: [{ name: 'write', arguments: { content } }] }]);
        const { parts, error } = await hear('itl=60,key=long');
        expect(error).toBeNull();
        expect(parts).toContainEqual(expect.objectContaining({ arguments: JSON.stringify({ content }) }));
      });
    }

    test('a reader who takes longer than patience is not a silent vendor', async () => {
      let text = '';
      for await (const part of each(
        provider.stream(requestFor('tokens=4,itl=5'), new AbortController().signal),
      )) {
        if (part.type === 'text') text += part.text;
        if (text === answerText(2)) await pause(800);
      }
      expect(text).toBe(answerText(4));
    });
  });

  describe('failures', () => {
    test.each(failuresOf(subject))(
      '$given is $code',
      async ({ settings, code, says, status = null, retryAfterMs = null }) => {
        const heard = await hear(settings);
        const error = failureOf(heard);
        expect(error).toMatchObject({ code, status, retryAfterMs });
        for (const part of [RegExp(subject.name), ...says]) expect(error.message).toMatch(part);
        expect(heard.parts.some(({ type }) => type === 'finish')).toBe(false);
        expect(isRetryable(error)).toBe(RETRIED.includes(code));
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
      },
    );

    test('what came before a break is delivered', async () => {
      expect((await hear('tokens=10,itl=1,fault=cut,at=4')).text).toBe(answerText(4));
    });

    test('a vendor that is not there is PROVIDER_UNAVAILABLE', async () => {
      const gone = await startVendor();
      await gone.stop();
      const nobody = subject.connect(gone.url, CANARY, HASTY);
      const error = failureOf(
        await listen(nobody.stream(requestFor('tokens=1'), new AbortController().signal)),
      );
      expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', status: null });
      expect(error.message).toMatch(
        RegExp(`could not be reached: .*ECONNREFUSED.*Check ${subject.urlVariable} and the network`),
      );
    });

    test('nothing is tried twice here: that is for the engine to decide and to log', async () => {
      const before = vendor.stats().total;
      await hear('fault=503');
      expect(vendor.stats().total).toBe(before + 1);
    });
  });

  describe('giving up', () => {
    const reason = new Error('the reason of the caller');

    /** Resolves when the vendor has seen one more connection go than it had. */
    const oneMoreGone = (before: number) => vendor.waitFor(({ aborted }) => aborted === before + 1, 1000);

    test.each([
      { given: 'in mid-answer', settings: 'tokens=1000,itl=20', afterParts: 3 },
      { given: 'before the answer', settings: 'fault=hang', afterMs: 50 },
      { given: 'in a silence', settings: 'tokens=10,fault=stall', afterMs: 100 },
      {
        given: 'while it thinks',
        settings: 'reasoning=1000,itl=20',
        ...(subject.hidesThoughts ? { afterMs: 100 } : { afterParts: 3 }),
      },
    ])(
      '$given closes the connection, and the stream ends with the caller’s reason',
      async ({ settings, afterParts, afterMs }) => {
        const { aborted } = vendor.stats();
        const controller = new AbortController();
        let left = afterParts ?? Number.POSITIVE_INFINITY;
        if (afterMs) setTimeout(() => controller.abort(reason), afterMs);
        const heard = await listen(provider.stream(requestFor(settings), controller.signal), () => {
          left -= 1;
          if (left === 0) controller.abort(reason);
        });
        expect(heard.error).toBe(reason);
        if (afterParts) expect(heard.parts).toHaveLength(afterParts);
        await oneMoreGone(aborted);
      },
    );

    test('while nobody reads closes the connection, too', async () => {
      const { aborted } = vendor.stats();
      const controller = new AbortController();
      const stream = provider
        .stream(requestFor('tokens=1000,itl=20'), controller.signal)
        [Symbol.asyncIterator]();
      await stream.next();
      controller.abort(reason);
      await oneMoreGone(aborted);
      await expect(stream.next()).rejects.toBe(reason);
    });

    test('leaving the loop closes the connection', async () => {
      const { aborted } = vendor.stats();
      for await (const _part of provider.stream(
        requestFor('tokens=1000,itl=20'),
        new AbortController().signal,
      ))
        break;
      await oneMoreGone(aborted);
    });

    test('a timeout closes the connection', async () => {
      const { aborted } = vendor.stats();
      await hear('fault=hang');
      await oneMoreGone(aborted);
    });

    test('beforehand asks the vendor nothing', async () => {
      const before = vendor.stats().total;
      expect((await hear('tokens=1', AbortSignal.abort(reason))).error).toBe(reason);
      expect(vendor.stats().total).toBe(before);
    });

    test('afterwards leaves no connection busy', async () => {
      await vendor.waitFor(({ open }) => open === 0, 1000);
    });
  });

  test('patience is minutes, not seconds, when nothing else is said', () => {
    expect(DEFAULT_PATIENCE).toEqual({ firstPartMs: 120_000, idleMs: 60_000 });
  });
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
