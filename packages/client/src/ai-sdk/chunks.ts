import type { UIMessageChunk } from 'ai';
import type { FinishReason, RunEvent } from '../index.ts';

type Chunks = readonly UIMessageChunk[];
type ReasonOfSdk = NonNullable<Extract<UIMessageChunk, { type: 'finish' }>['finishReason']>;

/** What the events of one run have become so far. */
interface Message {
  /** The model call whose text is in the current step; null: no step has begun. */
  callId: string | null;
  /** The part that is being appended to. */
  open: { type: 'text' | 'reasoning'; id: string } | null;
  /** Whether the step was emptied and continues with the next model call. */
  isReset: boolean;
  hasText: boolean;
  finishReason: ReasonOfSdk;
}

/**
 * The events of a run as the chunks of one message of the AI SDK: a step for each model call. Text that an interrupted
 * attempt leaves void is taken back by `reset-step`.
 * @returns for each event, the chunks that follow from it
 */
export function createChunks(runId: string): (event: RunEvent) => Chunks {
  const message: Message = {
    callId: null,
    open: null,
    isReset: false,
    hasText: false,
    finishReason: 'other',
  };
  return (event) => {
    switch (event.__typename) {
      case 'CurrentState':
        return [{ type: 'start', messageId: runId }];
      case 'ModelCallStarted':
        return [...closePart(message), ...beginStep(message, event.callId)];
      case 'TokensGenerated':
        return append(message, 'text', event);
      case 'ReasoningGenerated':
        return append(message, 'reasoning', event);
      case 'ModelCallCompleted':
        message.finishReason = REASONS[event.finishReason];
        return closePart(message);
      case 'AttemptStarted':
        return event.voidCallId === null || event.voidCallId !== message.callId ? [] : resetStep(message);
      case 'TextExpired':
        return withoutExpired(message);
      case 'EventsExpired':
        return finish(message);
      case 'RunCompleted':
        return [...withoutText(message, runId, event.result), ...finish(message)];
      case 'RunFailed':
        return [...closePart(message), { type: 'error', errorText: event.error.message }];
      case 'RunCancelled':
        return [...closePart(message), { type: 'abort', reason: event.cancelReason ?? 'cancelled' }];
      default:
        return fromTool(event);
    }
  };
}

const REASONS: Record<FinishReason, ReasonOfSdk> = {
  STOP: 'stop',
  LENGTH: 'length',
  CONTENT_FILTER: 'content-filter',
  TOOL_CALLS: 'tool-calls',
  OTHER: 'other',
  UNKNOWN: 'other',
};

function beginStep(message: Message, callId: string): Chunks {
  const { callId: last, isReset } = message;
  message.callId = callId;
  message.isReset = false;
  if (isReset) return [];
  return last === null ? [{ type: 'start-step' }] : [{ type: 'finish-step' }, { type: 'start-step' }];
}

function resetStep(message: Message): Chunks {
  message.isReset = true;
  message.open = null;
  return [{ type: 'reset-step' }];
}

/** Text that the server no longer keeps: the result of the run has the whole of it. */
function withoutExpired(message: Message): Chunks {
  message.hasText = false;
  return message.callId === null ? [] : resetStep(message);
}

function append(
  message: Message,
  type: 'text' | 'reasoning',
  { callId, text }: { callId: string; text: string },
): Chunks {
  const id = `${callId}:${type}`;
  if (type === 'text') message.hasText = true;
  if (message.open?.type === type) return [{ type: `${type}-delta`, id, delta: text }];
  const closed = closePart(message);
  message.open = { type, id };
  return [...closed, { type: `${type}-start`, id }, { type: `${type}-delta`, id, delta: text }];
}

function closePart(message: Message): Chunks {
  const { open } = message;
  message.open = null;
  return open ? [{ type: `${open.type}-end`, id: open.id }] : [];
}

/** Agents' tools are executed by the server: the page only shows them. */
function fromTool(event: RunEvent): Chunks {
  const shown = { dynamic: true, providerExecuted: true } as const;
  if (event.__typename === 'ToolCallStarted') {
    const { toolCallKey: toolCallId, tool: toolName, input } = event;
    return [{ type: 'tool-input-available', toolCallId, toolName, input, ...shown }];
  }
  if (event.__typename === 'ToolCallCompleted') {
    const { toolCallKey: toolCallId, output, isError } = event;
    return isError
      ? [{ type: 'tool-output-error', toolCallId, errorText: output, ...shown }]
      : [{ type: 'tool-output-available', toolCallId, output, ...shown }];
  }
  return event.__typename === 'InputRequested'
    ? [{ type: 'data-question', data: { question: event.question } }]
    : [];
}

/** The output of a task that no model call has written, as a template's. */
function withoutText({ hasText }: Message, runId: string, result: unknown): Chunks {
  const { output } = (result ?? {}) as { output?: unknown };
  if (hasText || typeof output !== 'string' || output === '') return [];
  const id = `${runId}:output`;
  return [
    { type: 'text-start', id },
    { type: 'text-delta', id, delta: output },
    { type: 'text-end', id },
  ];
}

function finish(message: Message): Chunks {
  const step: Chunks = message.callId === null ? [] : [{ type: 'finish-step' }];
  return [...closePart(message), ...step, { type: 'finish', finishReason: message.finishReason }];
}
