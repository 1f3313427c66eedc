import { actorOf, WHO, type Who } from './behaviours/actors.ts';
import { ENCODINGS } from './encodings.ts';
import { type Fault, faultNames, invalidRequest } from './faults.ts';

/** Settings ride in the model's name: `gpt-4o@tokens=500,itl=20,fault=429,times=2,key=abc`. */
export interface Settings {
  /** Number of words in the answer. Default 20. */
  readonly tokens: number;
  /** Milliseconds between two deltas. Default 0. */
  readonly itl: number;
  /** Milliseconds before the first byte, headers included. Default 0. */
  readonly ttft: number;
  /** Write the whole stream in one go, without `itl`. */
  readonly whole: boolean;
  /** Bytes per write; 1 cuts every multi-byte character and every line end. Default 0: a frame per write. */
  readonly split: number;
  /** Send the halves of each surrogate pair as JSON escapes in two deltas. */
  readonly surrogate: boolean;
  /** Answer with the last user message instead of words. */
  readonly echo: boolean;
  /** Report usage. Default true. */
  readonly usage: boolean;
  /** Prompt tokens to report as cached. Default 0. */
  readonly cached: number;
  /** Prompt tokens to report as written to the cache. Default 0. */
  readonly written: number;
  /** Those of them that are written for an hour. Default 0. */
  readonly hour: number;
  /** Number of reasoning deltas before the answer. Default 0. */
  readonly reasoning: number;
  /** Finish with the reason "length". */
  readonly length: boolean;
  readonly fault: Fault | undefined;
  /** Whom it plays: it refuses what they refuse, in their words. Default: as the server was started. */
  readonly as: Who | undefined;
  /** Which of their behaviours it shows in place of an answer. */
  readonly does: string | undefined;
  /** Parameters that the model does not take, with `+` between. Default: none. */
  readonly lacks: readonly string[];
  /** Refuse each schema for the answer. */
  readonly badschema: boolean;
  /** Compress the answer. */
  readonly encoding: string | undefined;
  /** Requests with the same key that meet the fault or the behaviour. Default: all of them. */
  readonly times: number;
  /** Requests with the same key before the first one that meets the fault. Default 0. */
  readonly after: number;
  /** Answer deltas before the fault strikes. Default: half of them. */
  readonly at: number | undefined;
  /** Seconds for the retry-after header. Default: 1 on 429, else no header. */
  readonly retryafter: number | undefined;
  /** Whose requests `times` counts together. Default: the whole model name. */
  readonly key: string | undefined;
}

type Parser<Value> = (text: string | undefined, name: string) => Value;

const whole =
  <Default extends number | undefined>(fallback: Default): Parser<number | Default> =>
  (text, name) => {
    if (text === undefined) return fallback;
    if (!/^\d{1,9}$/.test(text))
      throw invalidRequest(`Setting ${name}=${text} is not a whole number`, 'model');
    return Number(text);
  };

const flag =
  (fallback: boolean): Parser<boolean> =>
  (text, name) => {
    if (text === undefined) return fallback;
    if (text !== '0' && text !== '1')
      throw invalidRequest(`Setting ${name}=${text} is neither 0 nor 1`, 'model');
    return text === '1';
  };

const oneOf =
  <Word extends string>(words: readonly Word[]): Parser<Word | undefined> =>
  (text, name) => {
    if (text === undefined) return undefined;
    const word = words.find((one) => one === text);
    if (word === undefined)
      throw invalidRequest(`Setting ${name}=${text} is not one of ${words.join(', ')}`, 'model');
    return word;
  };

const parsers: { readonly [Name in keyof Settings]: Parser<Settings[Name]> } = {
  tokens: whole(20),
  itl: whole(0),
  ttft: whole(0),
  whole: flag(false),
  split: whole(0),
  surrogate: flag(false),
  echo: flag(false),
  usage: flag(true),
  cached: whole(0),
  written: whole(0),
  hour: whole(0),
  reasoning: whole(0),
  length: flag(false),
  fault: oneOf(faultNames),
  as: oneOf(WHO),
  does: oneOf(WHO.flatMap((who) => Object.keys(actorOf(who).does))),
  lacks: (text) => text?.split('+') ?? [],
  badschema: flag(false),
  encoding: oneOf(Object.keys(ENCODINGS)),
  times: whole(Number.POSITIVE_INFINITY),
  after: whole(0),
  at: whole(undefined),
  retryafter: whole(undefined),
  key: (text) => text,
};

function pairs(model: string): Map<string, string> {
  const at = model.indexOf('@');
  const listed = at < 0 ? [] : model.slice(at + 1).split(',');
  return new Map(
    listed.map((pair) => {
      const [name = '', value] = pair.split('=', 2);
      if (!Object.hasOwn(parsers, name) || !value) {
        throw invalidRequest(
          `Unknown setting "${pair}"; there are ${Object.keys(parsers).join(', ')}`,
          'model',
        );
      }
      return [name, value];
    }),
  );
}

/** Throws Refused (400) for a setting that is unknown or malformed. */
export function parseSettings(model: string): Settings {
  const given = pairs(model);
  const entries = Object.entries(parsers).map(([name, parse]) => [name, parse(given.get(name), name)]);
  return Object.fromEntries(entries) as Settings;
}
