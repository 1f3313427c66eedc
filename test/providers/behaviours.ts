import { beforeAll, expect, test } from 'vitest';
import type { ModelMessage, ModelRequest, Provider } from '../../src/providers/provider.ts';
import { DEFAULT_PATIENCE } from '../../src/providers/stream/watch-stream.ts';
import { fixture } from '../harness/fixture.ts';
import { actorOf, WHO, type Who } from '../harness/vendor/behaviours/actors.ts';
import type { Api, Behaviour } from '../harness/vendor/behaviours/behaviour.ts';
import type { Kind } from '../harness/vendor/behaviours/kinds.ts';
import { ENCODINGS } from '../harness/vendor/encodings.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import type { Subject } from './contract.ts';
import { ANSWER_SCHEMA, CANARY, never, REQUEST, WEATHER } from './conversation.ts';
import { HISTORIES, historyOf } from './histories.ts';
import { failureOf, type Heard, listen } from './listen.ts';

interface Stage {
  /** With the settings of the row, and no other row's. */
  model: string;
  /** Bodies of the requests for it so far. */
  sent(): readonly Readonly<Record<string, unknown>>[];
  hear(more?: Partial<ModelRequest>): Promise<Heard>;
}

/** A behaviour of a vendor, as an adapter meets it. */
export interface Row {
  kind: Kind;
  who: Who | 'any of them';
  given: string;
  settings: string;
  check(stage: Stage): Promise<void>;
}

const EVERYTHING: Partial<ModelRequest> = {
  temperature: 0.2,
  topP: 0.9,
  maxTokens: 50,
  stop: ['END'],
  seed: 7,
  responseSchema: ANSWER_SCHEMA,
};

/** What a model may not take, by its name in a request. */
const PARAMETERS: Readonly<Record<Api, readonly string[]>> = {
  chat: ['temperature', 'top_p', 'stop', 'seed', 'stream_options', 'response_format', 'reasoning_effort'],
  responses: [],
  messages: ['temperature', 'top_p', 'stop_sequences'],
  ollama: ['think'],
};
const OF_REASONING = ['reasoning_effort', 'think'];
/** The names of the field for the longest answer, of which a server takes one. */
const LIMITS = ['max_tokens', 'max_completion_tokens'] as const;

const HELLO = answerText(1);

function answers(who: Who): Row[] {
  return Object.entries(actorOf(who).does).flatMap(([given, behaviour]) =>
    ['', ',split=3'].map((split) => ({
      kind: behaviour.kind,
      who,
      given: split ? `${given}, in pieces of three bytes` : given,
      settings: `does=${given}${split}`,
      check: async ({ hear }: Stage) => expectMeaning(await hear(), behaviour),
    })),
  );
}

function expectMeaning(heard: Heard, { means }: Behaviour): void {
  if (means.error) {
    const { says = /./, ...error } = means.error;
    expect(failureOf(heard)).toMatchObject(error);
    expect(failureOf(heard).message).toMatch(says);
  } else expect(heard.error).toBeNull();
  if (means.text !== undefined) expect(heard.text).toBe(means.text);
  if (means.reasoning !== undefined) expect(heard.reasoning).toBe(means.reasoning);
  const calls = heard.parts.filter((part) => part.type === 'tool_call');
  expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
  if (means.calls) {
    const read = calls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) }));
    expect(read).toMatchObject(means.calls);
    expect(read).toHaveLength(means.calls.length);
  }
  if (means.error) return;
  const reason = means.reason ?? (calls.length > 0 ? 'tool_calls' : 'stop');
  const { usage = {}, durations } = means;
  expect(heard.parts.at(-1)).toMatchObject({
    type: 'finish',
    reason,
    usage,
    ...(durations && { durations }),
  });
}

function histories(who: Who): Row[] {
  if (!actorOf(who).refuses) return [];
  return HISTORIES.map(({ kind: given, messages }) => ({
    kind: 'histories',
    who,
    given: `a history with ${given}`,
    settings: `tokens=1,key=${given.replaceAll(',', '')}`,
    async check({ hear, sent, model }) {
      expect(
        await hear({ messages: historyOf(messages, model, actorOf(who).speaks), tools: [WEATHER] }),
      ).toMatchObject({
        error: null,
        text: HELLO,
      });
      // Nothing that was said is lost.
      const json = JSON.stringify(sent().at(-1));
      for (const { content } of messages) if (content.trim() !== '') expect(json).toContain(content.trim());
      expect(json).not.toContain('SIG-other');
    },
  }));
}

function parameters(who: Who, api: Api): Row[] {
  if (!actorOf(who).lacks) return [];
  return PARAMETERS[api].map((name) => ({
    kind: OF_REASONING.includes(name) ? 'reasoning' : 'parameters',
    who,
    given: `without ${name}, which is left out from then on`,
    settings: `tokens=1,lacks=${name}`,
    async check({ hear, sent }) {
      for (const expected of [2, 3]) {
        // With it Claude takes no temperature.
        const reasoning = OF_REASONING.includes(name) && { reasoningEffort: 'high' as const };
        expect(await hear({ ...EVERYTHING, ...reasoning })).toMatchObject({ text: HELLO, error: null });
        expect(sent()).toHaveLength(expected);
      }
      const { [name]: _refused, messages: _messages, ...others } = sent()[0]!;
      expect(sent()[1]).toMatchObject(others);
      expect(sent()[1]).not.toHaveProperty(name);
    },
  }));
}

function limits(who: Who, api: Api): Row[] {
  if (!actorOf(who).lacks || api !== 'chat') return [];
  return [
    ...LIMITS.map(
      (name, index): Row => ({
        kind: 'limit',
        who,
        given: `${name}, which goes under its other name`,
        settings: `tokens=1,lacks=${name}`,
        async check({ hear, sent }) {
          expect(await hear({ maxTokens: 50 })).toMatchObject({ text: HELLO, error: null });
          expect(sent().at(-1)).toMatchObject({ [LIMITS[1 - index]!]: 50 });
          expect(sent().at(-1)).not.toHaveProperty(name);
        },
      }),
    ),
    {
      kind: 'limit',
      who,
      given: 'both names of the limit, without which nothing is asked',
      settings: `tokens=1,lacks=${LIMITS.join('+')}`,
      async check({ hear, sent }) {
        expect(failureOf(await hear({ maxTokens: 50 })).code).toMatch(/^PROVIDER_/);
        expect(sent()).toHaveLength(2);
      },
    },
  ];
}

function schemas(who: Who): Row[] {
  if (!actorOf(who).refusesSchema) return [];
  return [
    {
      kind: 'schemas',
      who,
      given: 'a schema that is wrong, which stands in the prompt of that request alone',
      settings: 'tokens=1,badschema=1',
      async check({ hear, sent }) {
        for (const _time of ['once', 'again']) {
          const before = sent().length;
          expect(await hear({ responseSchema: ANSWER_SCHEMA })).toMatchObject({ text: HELLO, error: null });
          expect(JSON.stringify(sent()[before]?.messages)).not.toContain('JSON Schema');
          expect(JSON.stringify(sent().at(-1)?.messages)).toContain('JSON Schema');
        }
      },
    },
  ];
}

/** What a vendor gave with its turn goes back to the model that gave it, asked once, and to no other. */
function signatures(who: Who): Row[] {
  const signed = Object.entries(actorOf(who).does).filter(([, { wantsBack }]) => wantsBack);
  return signed.map(([given, { wantsBack }]) => ({
    kind: 'signatures',
    who,
    given: `${given}, back from it`,
    settings: `tokens=1,times=1,does=${given},key=${who} ${given}`,
    async check({ hear, sent, model }) {
      const messages = asMessages(await hear());
      expect(await hear({ messages })).toMatchObject({ text: HELLO, error: null });
      expect(sent()).toHaveLength(2);
      expect(JSON.stringify(sent()[1])).toMatch(wantsBack!);
      const other = `another-${model}`;
      expect(await hear({ messages, model: other })).toMatchObject({ text: HELLO, error: null });
      expect(JSON.stringify(sent().at(-1))).not.toMatch(wantsBack!);
    },
  }));
}

function asMessages({ parts }: Heard): ModelMessage[] {
  const toolCalls = parts.filter((part) => part.type === 'tool_call');
  const finish = parts.at(-1);
  const vendorTurn = finish?.type === 'finish' ? finish.vendorTurn : undefined;
  return [
    ...REQUEST.messages,
    // As a checkpoint keeps it.
    ...JSON.parse(
      JSON.stringify([{ role: 'assistant', content: '', toolCalls, ...(vendorTurn && { vendorTurn }) }]),
    ),
    ...toolCalls.map(({ id, name }) => ({
      role: 'tool' as const,
      toolCallId: id,
      toolName: name,
      content: 'fine',
    })),
  ];
}

/** What Ollama cuts in silence, before an answer or in the middle of it, unless it is asked not to. */
function cuts(who: Who): Row[] {
  if (who !== 'Ollama') return [];
  return [
    {
      kind: 'cuts',
      who,
      given: 'a prompt that it would cut in silence',
      settings: 'tokens=1',
      async check({ hear, sent }) {
        expect(await hear()).toMatchObject({ text: HELLO, error: null });
        expect(sent().at(-1)).toMatchObject({ truncate: false, shift: false });
      },
    },
  ];
}

/** Of an adapter that reads lists of models. */
function lists(who: Who, { connect }: Subject): Row[] {
  const isReader = connect('http://127.0.0.1:9', CANARY, DEFAULT_PATIENCE).models !== undefined;
  return Object.entries(isReader ? (actorOf(who).lists ?? {}) : {}).map(([given, { entry, means }]) => ({
    kind: 'lists',
    who,
    given: `a list of models with ${given}`,
    settings: '',
    async check() {
      const vendor = await startVendor({ as: who });
      try {
        const provider = connect(vendor.url, CANARY, DEFAULT_PATIENCE);
        const models = await provider.models!(never());
        // OpenAI's prices are not those of its answers.
        expect(await provider.isPriced?.()).toBe(false);
        expect(models?.find(({ id }) => id === (entry.id ?? given))?.traits).toMatchObject(means);
      } finally {
        await vendor.stop();
      }
    },
  }));
}

function encodings(): Row[] {
  return Object.keys(ENCODINGS).map((name) => ({
    kind: 'compression',
    who: 'any of them',
    given: `a body in ${name} that was not asked for`,
    settings: `tokens=1,encoding=${name}`,
    check: async ({ hear }) => expect(await hear()).toMatchObject({ text: HELLO, error: null }),
  }));
}

/** Every behaviour that an adapter can meet: those of all who speak its API. */
export function rowsOf(subject: Subject): Row[] {
  const { speaks } = subject;
  const whom = WHO.filter((who) => actorOf(who).speaks === speaks);
  return [
    ...whom.flatMap((who) => [
      ...answers(who),
      ...histories(who),
      ...parameters(who, speaks),
      ...limits(who, speaks),
      ...schemas(who),
      ...signatures(who),
      ...lists(who, subject),
      ...cuts(who),
    ]),
    ...encodings(),
  ];
}

/** The adapter before every vendor that it can have before it. */
export function describeBehaviours(subject: Subject): void {
  const vendor = fixture(startVendor);
  let provider: Provider;

  beforeAll(() => {
    provider = subject.connect(vendor.url, CANARY, DEFAULT_PATIENCE);
  });

  test.each(rowsOf(subject))('as $who does: $given', async ({ who, settings, check }) => {
    const as = who === 'any of them' ? '' : `as=${who},`;
    const model = `${subject.model}@${as}${settings}`;
    const sent = () =>
      vendor.requests.flatMap(({ body }) => (body.model?.toString().endsWith(model) ? [body] : []));
    const hear = (more: Partial<ModelRequest> = {}) =>
      listen(provider.stream({ ...REQUEST, model, ...more }, never()));
    await check({ model, sent, hear });
  });
}
