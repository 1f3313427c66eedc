import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';
import type { Problem, Refusal } from './faults.ts';

/** A piece of a prompt that is cached as a whole. */
export interface PromptBlock {
  readonly text: string;
  readonly tokens: number;
  /** Whether it is to be cached up to here, and for how long. */
  readonly mark: 'minutes' | 'hour' | null;
}

/** What every vendor's request comes down to. */
export interface Call {
  readonly model: string;
  readonly stream: boolean;
  /** Whether the caller asked for usage in the stream. */
  readonly streamUsage: boolean;
  /** Bound on output tokens; Infinity when the caller gave none. */
  readonly limit: number;
  /** The text of all messages, for counting. */
  readonly promptText: string;
  readonly lastUserText: string;
  /** Of a vendor that caches what is marked. */
  readonly blocks?: readonly PromptBlock[];
  /** Of OpenAI's Responses API: how it gives out the reasoning of a model that reasons. */
  readonly reasoning?: { readonly isSummarised: boolean; readonly isEncrypted: boolean };
}

export interface Usage {
  readonly prompt: number;
  readonly cached: number;
  readonly written: number;
  /** The part of `written` that is kept for an hour. */
  readonly hour: number;
  readonly completion: number;
  readonly reasoning: number;
}

export interface Reply {
  /** Counts the vendor's requests from 1; wire formats make their ids of it. */
  readonly sequence: number;
  /** Seconds since 1970. */
  readonly created: number;
  readonly call: Call;
  readonly answer: Answer;
  /** Undefined with the setting usage=0. */
  readonly usage: Usage | undefined;
}

/**
 * One piece of a stream, as text of the wire format. Faults count `answer` frames and never strike
 * after the first `closing` one; `itl` passes between `answer` and `thought` frames.
 */
export interface Frame {
  readonly part: 'structure' | 'thought' | 'answer' | 'closing';
  readonly text: string;
}

/** One vendor's wire format: pure, so that pacing and faults are the same for all of them. */
export interface Wire {
  readonly streamType: string;
  readonly refusals: Readonly<Record<Refusal, (call: Call) => Problem>>;
  /** The problem with the credentials, if any. */
  authorize(headers: IncomingHttpHeaders): Problem | undefined;
  /** Throws Refused for what the vendor would not take. */
  parse(body: Readonly<Record<string, unknown>>): Call;
  /** Headers of every response. */
  replyHeaders(sequence: number): Record<string, string>;
  errorBody(problem: Problem, sequence: number): unknown;
  frames(reply: Reply): Frame[];
  whole(reply: Reply): unknown;
  /** A frame that reports a failure in mid-stream. */
  failure(reply: Reply): Frame;
  /** A frame that is not what the format says. */
  garbage(reply: Reply): Frame;
}
