import type { Endpoint } from '../definitions/endpoint.ts';
import { operationOf } from './documents.ts';

const READING = 'query ';

/** What is read in two steps here is read in one by who asks GraphQL: `query session, tasks`. */
export function successorOf({ document, before }: Pick<Endpoint, 'document' | 'before'>): string {
  const operation = operationOf(document);
  const first = before ? operationOf(before.document) : '';
  const isRead = [first, operation].every((each) => each.startsWith(READING));
  return isRead ? `${first}, ${operation.slice(READING.length)}` : operation;
}

/** What does the same in GraphQL, for a `Link` header. @param operation null: nothing in particular */
export function successorLink(operation: string | null): string {
  const title = operation === null ? '' : `; title="${operation}"`;
  return `</graphql>; rel="successor-version"${title}`;
}
