import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import type { EventType } from '../../vocabulary.ts';
import { requireLogPosition } from '../request/log-position.ts';
import { DEFAULT_SIZE, MAX_SIZE } from '../request/page.ts';
import { validate } from '../request/validate.ts';

interface EventPageArguments {
  after?: number | null | undefined;
  first?: number | null | undefined;
  types?: readonly EventType[] | null | undefined;
}

const size = z.object({
  first: z.int().min(0, 'must be at least 0').max(MAX_SIZE, `must be at most ${MAX_SIZE}`).nullish(),
});

/** A page of the log of a run, in order. @throws DomainError VALIDATION_ERROR, BAD_CURSOR */
export async function eventPage(
  run: RunRow,
  given: EventPageArguments,
  { loaders }: Pick<Context, 'loaders'>,
) {
  const { first } = validate(size, { first: given.first });
  const [limit, after] = [first ?? DEFAULT_SIZE, given.after ?? 0];
  requireLogPosition(run, after);
  const range = { after, limit: limit + 1, types: given.types ?? null };
  const found = await loaders.events.load({ parentId: run.id, range });
  return toPage(found.slice(0, limit), { hasNextPage: found.length > limit, hasPreviousPage: after > 0 });
}

function toPage(nodes: LoggedEvent[], has: { hasNextPage: boolean; hasPreviousPage: boolean }) {
  const edges = nodes.map((node) => ({ node, cursor: node.seq }));
  const cursorOf = (event: LoggedEvent | undefined) => (event ? String(event.seq) : null);
  return {
    nodes,
    edges,
    pageInfo: { ...has, startCursor: cursorOf(nodes[0]), endCursor: cursorOf(nodes.at(-1)) },
  };
}

export type EventPage = Awaited<ReturnType<typeof eventPage>>;
