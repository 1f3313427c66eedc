import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import {
  CancelRun,
  CreateTask,
  type CreateTaskInput,
  type Polyphony,
  type RunEvent,
  type RunStatus,
  Turns,
} from '../index.ts';
import { createChunks } from './chunks.ts';

type SendOptions = Parameters<ChatTransport<UIMessage>['sendMessages']>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0];

export interface PolyphonyChatOptions {
  polyphony: Polyphony;
  /** What each task is created with, such as `model` or `agentId`. The `body` of a message is added to it. */
  task?: Omit<CreateTaskInput, 'prompt' | 'threadId'> | undefined;
}

/**
 * A transport for `useChat`. The id of a chat is that of a thread, and each message of the user becomes a task in it. A
 * reload of the page leaves the task running, and `resume` shows it from its beginning; `stop` cancels it.
 */
export class PolyphonyChatTransport implements ChatTransport<UIMessage> {
  /** A resumed message is delivered whole. */
  readonly resumeStreamIsReplay = true;
  readonly #polyphony: Polyphony;
  readonly #task: PolyphonyChatOptions['task'];
  /** The latest request of each chat: one that has replaced another continues its task. */
  readonly #latest = new Map<string, object>();

  constructor({ polyphony, task }: PolyphonyChatOptions) {
    this.#polyphony = polyphony;
    this.#task = task;
  }

  async sendMessages({ chatId, messages, body, abortSignal }: SendOptions) {
    const request = this.#begin(chatId);
    const input = { ...this.#task, ...body, prompt: promptOf(messages), threadId: chatId };
    // Without the signal: whether the task was created has to be known, to cancel it.
    const { createTask } = await this.#polyphony.mutate(CreateTask, { input });
    return this.#stream(createTask!.task.id, { chatId, request, abortSignal });
  }

  /** @returns null when no task of the chat is open */
  async reconnectToStream({ chatId, abortSignal }: ReconnectOptions) {
    const request = this.#begin(chatId);
    const variables = { threadId: chatId, statuses: OPEN };
    const { tasks } = await this.#polyphony.query(Turns, variables, { signal: abortSignal });
    const [oldest] = (tasks?.nodes ?? []).toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
    return oldest ? this.#stream(oldest.id, { chatId, request, abortSignal }) : null;
  }

  #begin(chatId: string): object {
    const request = {};
    this.#latest.set(chatId, request);
    return request;
  }

  #stream(runId: string, { chatId, request, abortSignal }: Following): ReadableStream<UIMessageChunk> {
    const following = new AbortController();
    const stop = () => {
      following.abort(abortSignal?.reason);
      // `useChat` aborts a resumed request also when it resumes once more; then the task continues.
      queueMicrotask(() => {
        if (this.#latest.get(chatId) === request) void this.#cancel(runId);
      });
    };
    if (abortSignal?.aborted) stop();
    else abortSignal?.addEventListener('abort', stop, { once: true });
    const events = this.#polyphony.followRun(runId, { signal: following.signal });
    return toStream(runId, events, () => following.abort());
  }

  async #cancel(id: string): Promise<void> {
    // It has ended meanwhile, or the server cannot be reached: the page has stopped either way.
    await this.#polyphony.mutate(CancelRun, { id }).catch(() => {});
  }
}

interface Following {
  chatId: string;
  request: object;
  abortSignal: AbortSignal | undefined;
}

const OPEN: RunStatus[] = ['PENDING', 'QUEUED', 'RUNNING', 'WAITING'];

/** @param leave when no one reads any more, which does not end the run */
function toStream(
  runId: string,
  events: AsyncGenerator<RunEvent, void, undefined>,
  leave: () => void,
): ReadableStream<UIMessageChunk> {
  const chunksOf = createChunks(runId);
  return new ReadableStream({
    async pull(controller) {
      const before = controller.desiredSize ?? 0;
      while ((controller.desiredSize ?? 0) >= before) {
        const { done, value } = await events.next();
        if (done) return controller.close();
        for (const chunk of chunksOf(value)) controller.enqueue(chunk);
      }
    },
    cancel: leave,
  });
}

/** @throws Error when the last message of the user has no text */
function promptOf(messages: readonly UIMessage[]): string {
  const message = messages.findLast(({ role }) => role === 'user');
  const texts = (message?.parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === 0) throw new Error('a message without text cannot be sent');
  return texts.join('\n');
}
