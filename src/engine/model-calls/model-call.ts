import { DomainError } from '../../errors.ts';
import type {
  Durations,
  ModelRequest,
  Provider,
  StreamPart,
  ToolCall,
  VendorTurn,
} from '../../providers/provider.ts';
import { ProviderError } from '../../providers/provider.ts';
import { newId } from '../../rules/ids/ids.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { pricesOf } from '../../rules/models/price-list.ts';
import { costOf, type Prices, UNKNOWN_USAGE, type Usage } from '../../rules/money/money.ts';
import { splitIncomplete, storable } from '../../rules/text/text.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import type { Lease } from '../../store/log/lease.ts';
import { findMaxOutput } from '../../store/models/built-in-models.ts';
import { type BegunCall, type BoundsByPrices, beginModelCall } from '../../store/money/begin-model-call.ts';
import { type Settlement, settleModelCall } from '../../store/money/settle-model-call.ts';
import type { FinishReason, ProviderId } from '../../vocabulary.ts';
import type { EngineContext } from '../context.ts';
import { costsNothing } from './costs-nothing.ts';
import { type Progress, startProgress } from './progress.ts';

export interface ModelCallResult {
  callId: string;
  text: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  /** The finish reason as the vendor named it; null: none. */
  rawFinishReason: string | null;
  /** The turn in the vendor's own format, if it has to be sent back like that. */
  vendorTurn: VendorTurn | null;
  usage: Usage;
  /** US dollars as decimal text; null: unknown. */
  cost: string | null;
  /** null: not reported by the provider. */
  durations: Durations | null;
}

/** A provider error, with the call whose text it invalidates. */
export class ModelCallFailed extends Error {
  override readonly name = 'ModelCallFailed';
  readonly callId: string;
  readonly error: ProviderError;
  /** Whether part of its text is in the log. */
  readonly hasText: boolean;

  constructor(callId: string, error: ProviderError, hasText: boolean) {
    super(error.message, { cause: error });
    this.callId = callId;
    this.error = error;
    this.hasText = hasText;
  }
}

/**
 * Makes one request to a provider, streams its text into the log of the run, and settles its row, whatever
 * the outcome.
 * @param begun when the call is already recorded @param planRetry called on an error: whether there is
 * another attempt
 * @throws ModelCallFailed, LeaseLost
 */
export async function callModel(
  context: EngineContext,
  lease: Lease,
  providerId: ProviderId,
  request: ModelRequest,
  planRetry: (error: ProviderError) => Promise<boolean>,
  begun: BegunCall | null,
): Promise<ModelCallResult> {
  const provider = requireProvider(context, providerId);
  const isListed = (await provider.isPriced?.()) ?? true;
  const reference = { provider: providerId, model: request.model, isListed };
  const { maxTokens, ...written } = begun ?? (await begin(context, lease, reference, request));
  const call = { ...written, ...reference };
  const bounded = maxTokens === null ? request : { ...request, maxTokens };
  const progress = startProgress();
  let finish: Finish | null = null;
  try {
    finish = await streamIntoLog(context, lease, call.id, provider.stream(bounded, lease.signal), progress);
    await context.writer.drain(lease);
  } catch (thrown) {
    // Streamed text has to be logged before the end of the call.
    await context.writer.drain(lease).catch(() => {});
    const error = thrown instanceof ProviderError ? thrown : null;
    // The call is settled even if the plan fails.
    const [plan] = await Promise.allSettled([!finish && error !== null && planRetry(error)]);
    const willRetry = plan.status === 'fulfilled' && plan.value;
    const ending = finish ? { finish } : { error, willRetry };
    await settle(context, lease, providerId, settlement(call, progress, ending));
    if (plan.status === 'rejected') throw plan.reason;
    throw error ? new ModelCallFailed(call.id, error, progress.texts.length > 0) : thrown;
  }
  const settled = settlement(call, progress, { finish });
  await settle(context, lease, providerId, settled);
  return {
    callId: call.id,
    text: progress.texts.join(''),
    toolCalls: progress.toolCalls,
    finishReason: finish.reason,
    rawFinishReason: finish.rawReason,
    vendorTurn: finish.vendorTurn ?? null,
    usage: finish.usage,
    cost: settled.cost,
    durations: finish.durations ?? null,
  };
}

/** A model, and whether the prices of the price list apply to its server. */
type PricedModel = ModelReference & { isListed: boolean };

function begin(
  context: EngineContext,
  lease: Lease,
  reference: PricedModel,
  request: ModelRequest,
): Promise<BegunCall> {
  return beginModelCall(context.store, lease, { id: newId(), ...reference }, () =>
    boundsOf(context, reference, request),
  );
}

/** Spending has to be recorded, so this outlasts connection losses to the database. */
function settle(
  { store, metrics }: EngineContext,
  lease: Lease,
  provider: ProviderId,
  settlement: Settlement,
): Promise<void> {
  metrics.callEnded({ provider, ...settlement });
  return outlastConnectionLoss(() => settleModelCall(store, lease, settlement));
}

/** Output limit for models that the catalog does not know, when a cost limit requires one. */
const UNKNOWN_MAX_OUTPUT = 4_096;

async function boundsOf(
  { store }: EngineContext,
  reference: PricedModel,
  request: ModelRequest,
): Promise<BoundsByPrices> {
  const inputBytes = Buffer.byteLength(JSON.stringify(request));
  const maxOutput = await findMaxOutput(store.database, reference.provider, request.model);
  const maxTokens = request.maxTokens ?? maxOutput ?? UNKNOWN_MAX_OUTPUT;
  return (ownPrices) => ({
    inputBytes,
    maxTokens,
    prices: pricesOf(ownPrices, reference, inputBytes),
  });
}

function requireProvider(context: EngineContext, id: ProviderId): Provider {
  const provider = context.providers.get(id);
  if (provider) return provider;
  throw new DomainError('PROVIDER_NOT_CONFIGURED', `the provider ${id} is not configured on this worker`);
}

type Finish = Extract<StreamPart, { type: 'finish' }>;

async function streamIntoLog(
  context: EngineContext,
  lease: Lease,
  callId: string,
  arrivals: AsyncIterable<readonly StreamPart[]>,
  progress: Progress,
): Promise<Finish> {
  const held = { text: '', reasoning: '' };
  let finish: Finish | null = null;
  for await (const parts of arrivals) {
    let room: Promise<void> | undefined;
    for (const part of parts) {
      if (part.type === 'finish') {
        finish = part;
        continue;
      }
      progress.firstTokenAt ??= performance.now();
      if (part.type === 'tool_call') {
        const { type: _type, ...toolCall } = part;
        progress.toolCalls.push(toolCall);
        continue;
      }
      progress.repetition.add(part);
      const [complete, rest] = splitIncomplete(held[part.type] + part.text);
      held[part.type] = rest;
      room = write(context, lease, callId, part.type, complete, progress) ?? room;
    }
    if (room) await room;
  }
  write(context, lease, callId, 'reasoning', held.reasoning, progress);
  write(context, lease, callId, 'text', held.text, progress);
  if (!finish)
    throw new ProviderError('PROVIDER_STREAM_BROKEN', 'the answer ended without its finish marker');
  return finish;
}

function write(
  { writer }: EngineContext,
  lease: Lease,
  callId: string,
  kind: 'text' | 'reasoning',
  text: string,
  progress: Progress,
): Promise<void> | undefined {
  if (text === '') return undefined;
  const clean = storable(text);
  if (kind === 'reasoning') return writer.write(lease, 'ReasoningGenerated', callId, clean);
  progress.texts.push(clean);
  return writer.write(lease, 'TokensGenerated', callId, clean);
}

interface Ending {
  finish?: Finish;
  /** null: we aborted the call, not the provider. */
  error?: ProviderError | null;
  willRetry?: boolean;
}

function settlement(
  call: PricedModel & { id: string; prices: Prices | null },
  progress: Progress,
  { finish, error, willRetry }: Ending,
): Settlement {
  const usage = finish?.usage ?? (costsNothing(error) ? NOTHING_USED : UNKNOWN_USAGE);
  const { startedAt, firstTokenAt } = progress;
  const prices = pricesOf(call.prices, call, usage.inputTokens ?? 0);
  return {
    callId: call.id,
    status: finish ? 'completed' : error ? 'failed' : 'cancelled',
    usage,
    prices,
    // A rejected request costs nothing, whatever the price.
    cost: usage === NOTHING_USED ? '0' : costOf(usage, prices),
    finishReason: finish?.reason ?? null,
    rawFinishReason: finish?.rawReason ?? null,
    error: error ? { code: error.code, message: error.message, willRetry: willRetry ?? false } : null,
    timeToFirstTokenMs: firstTokenAt === null ? null : firstTokenAt - startedAt,
    latencyMs: performance.now() - startedAt,
  };
}

const NOTHING_USED: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
