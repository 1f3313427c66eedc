import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';

/** The id of the last event that an EventSource received is newer than the argument in its address. */
export function seqAfter({ resumption }: Context, after: number | null | undefined): number {
  if (!resumption) return after ?? 0;
  const { lastEventId } = resumption;
  if (/^\d{1,10}$/.test(lastEventId)) return Number(lastEventId);
  const field = 'Last-Event-ID';
  throw new DomainError('BAD_CURSOR', `${field}: must be the id of an event of this stream`, { field });
}

/** The same for feeds. */
export function cursorAfter({ resumption }: Context, after: string | null | undefined): string | null {
  return resumption?.lastEventId ?? after ?? null;
}
