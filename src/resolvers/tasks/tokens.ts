import type { Context } from '../../context.ts';
import { attemptStart } from '../../store/log/event-log.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { followRun } from '../../store/log/follow-run.ts';
import { stoppable } from '../request/stoppable.ts';
import { task } from './task.ts';
import { hasExpired, keptOutput } from './text.ts';

/** The text of the current attempt from its beginning, as plain pieces; null: discard all earlier pieces. */
export async function tokens(context: Context, id: string): Promise<AsyncIterable<string | null>> {
  const row = await task(context, id, 'taskId');
  const from = await attemptStart(context.store.database, row.id);
  return stoppable((signal) => textOnly(followRun(context.store, row.id, from, signal), keptOutput(row)));
}

async function* textOnly(
  events: AsyncIterable<LoggedEvent>,
  output: string,
): AsyncGenerator<string | null, void, undefined> {
  let hasText = false;
  let isReplaced = false;
  for await (const event of events) {
    if (event.type === 'TokensGenerated') {
      hasText = true;
      yield event.data.text;
    } else if (hasExpired(event) && !isReplaced) {
      if (hasText) yield null;
      if (output) yield output;
      isReplaced = true;
      hasText = output !== '';
    } else if (event.type === 'AttemptStarted' && hasText) {
      hasText = false;
      yield null;
    }
  }
}
