import { DomainError } from '../../errors.ts';
import { MOST_SKIPPED } from '../shapes/query.ts';

/** Maximum page of a connection. */
const PAGE = 100;

type Connections = Record<string, { nodes: unknown[] }>;

/**
 * The old lists may be longer than a page of GraphQL: reads pages until there are as many nodes as requested,
 * or no more. Every root field of the document has to be a connection with these two arguments.
 * @throws DomainError VALIDATION_ERROR when a further page would begin beyond the objects that can be skipped
 */
export async function readPages(
  read: (variables: Record<string, unknown>) => Promise<Record<string, unknown>>,
  variables: Record<string, unknown>,
): Promise<Connections> {
  const { first, offset } = variables as { first: number; offset: number };
  const page = (from: number) =>
    read({
      ...variables,
      first: Math.min(first - from, PAGE),
      offset: offset + from,
    }) as Promise<Connections>;
  const all = await page(0);
  for (let from = PAGE; from < first && Object.values(all).some(({ nodes }) => nodes.length === from); ) {
    if (offset + from > MOST_SKIPPED) throw tooFar(offset);
    for (const [field, { nodes }] of Object.entries(await page(from))) all[field]?.nodes.push(...nodes);
    from += PAGE;
  }
  return all;
}

function tooFar(offset: number): DomainError {
  const fitting = PAGE + PAGE * Math.floor((MOST_SKIPPED - offset) / PAGE);
  const message = `offset: ${offset} leaves at most ${fitting} objects to list; send limit=${fitting} or less`;
  return new DomainError('VALIDATION_ERROR', message, { field: 'offset' });
}
