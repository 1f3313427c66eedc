import type { Context, Resumption } from '../../context.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { followRun } from '../../store/log/follow-run.ts';
import { readLatestTextCall, readTextStart } from '../../store/log/generated-text/read-text.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { requireLogPosition } from '../request/log-position.ts';
import { stoppable } from '../request/stoppable.ts';
import { task } from './task.ts';

/** A piece of the text of a task. */
export interface TextPart {
  runId: string;
  /** Pass it as `after` to receive what follows. */
  seq: number;
  text: string;
  /** All text up to this part; null: it was not asked for. */
  textSoFar: string | null;
  /** Whether all earlier parts are to be discarded. */
  isRestart: boolean;
}

interface AskedText {
  /** 0: from the beginning of the text. */
  after: number;
  /** Whether parts have the text so far, which is kept in memory for it. */
  isWhole: boolean;
}

/**
 * Streams the text of a task's latest model call as it is generated.
 * @throws DomainError NOT_FOUND, BAD_CURSOR when `after` is beyond the log
 */
export async function text(
  context: Context,
  id: string,
  { after, isWhole }: AskedText,
): Promise<AsyncIterable<TextPart>> {
  const row = await task(context, id, 'taskId');
  requireLogPosition(row, after);
  const { database } = context.store;
  const isNew = after === 0;
  const from = isNew ? await readTextStart(database, { runId: id, seq: row.lastSeq }) : after;
  const known = isNew ? null : await readLatestTextCall(database, { runId: id, seq: after });
  const hasMore = row.endedAt === null || from < row.lastSeq;
  const earlier =
    isWhole && known !== null ? await context.loaders.texts.load({ runId: id, seq: after }) : '';
  const begun = { callId: known, textSoFar: isWhole ? (earlier ?? '') : null, output: keptOutput(row) };
  const parts = stoppable((signal) =>
    partsOf(hasMore ? followRun(context.store, id, from, signal) : [], begun),
  );
  return context.resumption && row.endedAt !== null ? resumed(parts, context.resumption) : parts;
}

/** Of a task that has ended, the log is there: whether it has more text is known before the first part is sent. */
async function resumed(
  parts: AsyncIterableIterator<TextPart>,
  resumption: Resumption,
): Promise<AsyncIterable<TextPart>> {
  const first = await parts.next();
  resumption.isOver = first.done === true;
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* parts;
  })();
}

interface BegunText {
  /** The model call whose text the client may have; null: it has none. */
  callId: string | null;
  textSoFar: string | null;
  /** What replaces text that has expired. */
  output: string;
}

/** The text that a task keeps when the text in its log has expired. */
export function keptOutput({ status, result }: TaskRow): string {
  return (status === 'completed' && result?.output) || '';
}

async function* partsOf(
  events: AsyncIterable<LoggedEvent> | LoggedEvent[],
  { callId, textSoFar, output }: BegunText,
): AsyncGenerator<TextPart, void, undefined> {
  let isReplaced = false;
  for await (const event of events) {
    const { runId, seq } = event;
    if (event.type === 'TokensGenerated') {
      const { text } = event.data;
      const isRestart = callId !== null && callId !== event.data.callId;
      if (textSoFar !== null) textSoFar = isRestart ? text : textSoFar + text;
      yield { runId, seq, text, textSoFar, isRestart };
      callId = event.data.callId;
    } else if (hasExpired(event) && !isReplaced) {
      isReplaced = true;
      if (textSoFar !== null) textSoFar = output;
      yield { runId, seq, text: output, textSoFar, isRestart: true };
      callId = null;
    } else if (callId !== null && endsText(event, callId)) {
      if (textSoFar !== null) textSoFar = '';
      yield { runId, seq, text: '', textSoFar, isRestart: true };
      callId = null;
    }
  }
}

/** Whether it stands for text that has expired: the client cannot have all of it. */
export function hasExpired({ type }: LoggedEvent): boolean {
  return type === 'TextExpired' || type === 'EventsExpired';
}

/** Whether the text of a model call becomes void, or another call begins. */
function endsText(event: LoggedEvent, callId: string): boolean {
  if (event.type === 'AttemptStarted') return event.data.voidCallId === callId;
  return event.type === 'ModelCallStarted' && event.data.callId !== callId;
}

/**
 * The text of the result or, unless the task has completed, the text that its latest model call had generated; null:
 * none.
 */
export async function outputOf(
  { id, status, lastSeq, result }: TaskRow,
  { loaders }: Pick<Context, 'loaders'>,
): Promise<string | null> {
  if (status === 'completed') return result?.output ?? null;
  return loaders.texts.load({ runId: id, seq: lastSeq });
}
