import type { ServerResponse } from 'node:http';
import { type Answer, composeAnswer, countTokens, type ScriptedAnswer } from './answer.ts';
import { billCache } from './anthropic-cache.ts';
import { behave, refuseAs } from './behave.ts';
import type { Who } from './behaviours/actors.ts';
import { ENCODINGS } from './encodings.ts';
import {
  type Break,
  type Fault,
  invalidRequest,
  isAmong,
  isRefusal,
  Refused,
  retryHeaders,
} from './faults.ts';
import { playStream, playWhole } from './interrupt.ts';
import type { OllamaModel } from './ollama.ts';
import { pause, play, untilClosed } from './playback.ts';
import { parseSettings, type Settings } from './settings.ts';
import type { Statistics } from './statistics.ts';
import type { Call, Reply, Usage, Wire } from './wire.ts';

/** What a vendor remembers between requests. */
export interface Memory {
  readonly scripts: Map<string, readonly ScriptedAnswer[]>;
  readonly attempts: Map<string, number>;
  /** Whom it plays where a model's settings say nothing. */
  readonly as: Who | undefined;
  /** Models that somebody had it fetch. */
  readonly pulled: Set<string>;
  /** What it has as Ollama, beside those. */
  readonly ollamaModels: Map<string, OllamaModel>;
  readonly statistics: Statistics;
  /** Digests of the prefixes of prompts that it has cached. */
  readonly cache: Set<string>;
}

/** One request on its way to an answer. */
export interface Exchange {
  readonly memory: Memory;
  readonly wire: Wire;
  readonly sequence: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** The next scripted answer. One that a fault spoils is not used up, so that the retry gets it. */
function takeScripted(
  { scripts }: Memory,
  model: string,
  fault: Fault | undefined,
): ScriptedAnswer | undefined {
  const answers = scripts.get(model);
  if (!answers) return undefined;
  const [next, ...rest] = answers;
  if (!next) throw invalidRequest(`The script of ${model} has no answer left`, 'model', 'script_exhausted');
  if (!fault) scripts.set(model, rest);
  return next;
}

function countUsage({ cache }: Memory, call: Call, answer: Answer, settings: Settings): Usage | undefined {
  if (!settings.usage) return undefined;
  const output = { completion: answer.tokens, reasoning: answer.reasoning.length };
  if (call.blocks?.some(({ mark }) => mark)) return { ...billCache(call.blocks, cache), ...output };
  const prompt = countTokens(call.promptText);
  const cached = Math.min(settings.cached, prompt);
  const written = Math.min(settings.written, prompt - cached);
  return {
    prompt,
    cached,
    written,
    hour: Math.min(settings.hour, written),
    ...output,
  };
}

function prepareReply({ memory, sequence }: Exchange, call: Call, settings: Settings, fault?: Fault): Reply {
  const scripted = takeScripted(memory, call.model, fault);
  const answer = composeAnswer({ settings, scripted, lastUserText: call.lastUserText, limit: call.limit });
  const created = Math.floor(Date.now() / 1000);
  return { sequence, created, call, answer, usage: countUsage(memory, call, answer, settings) };
}

async function respond(exchange: Exchange, reply: Reply, settings: Settings, fault?: Break): Promise<void> {
  const { memory, wire, response, signal, sequence } = exchange;
  const { stream } = reply.call;
  const type = stream ? wire.streamType : 'application/json';
  // A whole answer takes as long as its stream would have.
  if (!stream) await pause(settings.itl * Math.max(0, reply.answer.tokens - 1), signal);
  const encoding = settings.encoding && { 'content-encoding': ENCODINGS[settings.encoding]!.name };
  response.writeHead(200, { 'content-type': type, ...encoding, ...wire.replyHeaders(sequence) });
  const sent = (deltas: number): void => memory.statistics.add({ deltas });
  const playback = stream ? playStream(wire, reply, fault, settings.at) : playWhole(wire, reply, fault);
  await play({ response, signal, sent }, playback, settings);
}

/** Serves a chat request in any wire format. Rejects with Refused, or when the client goes away. */
export async function serveChat(exchange: Exchange): Promise<void> {
  const { memory, wire, signal } = exchange;
  const call = wire.parse(exchange.body);
  const settings = parseSettings(call.model);
  const who = settings.as ?? memory.as;
  if (who) refuseAs(who, exchange.body, settings);
  const isStruck = isAmong(memory.attempts, settings.key ?? call.model, settings);
  const fault = isStruck ? settings.fault : undefined;
  await pause(settings.ttft, signal);
  if (who && settings.does && isStruck) return behave(exchange, who, settings);
  if (isRefusal(fault)) {
    throw new Refused(wire.refusals[fault](call), retryHeaders(fault, settings.retryafter));
  }
  const reply = prepareReply(exchange, call, settings, fault);
  if (fault) memory.statistics.add({ faults: 1 });
  if (fault === 'hang') await untilClosed(signal);
  await respond(exchange, reply, settings, fault);
}
