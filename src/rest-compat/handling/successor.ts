import type { Endpoint } from '../definitions/endpoint.ts';
import { operationOf } from './documents.ts';

const READING = 'query ';

/** Two steps here are one query in GraphQL: `query session, tasks`. */
export function successorOf({ document, before }: Pick<Endpoint, 'document' | 'before'>): string {
  const operation = operationOf(document);
  const first = before ? operationOf(before.document) : '';
  const isRead = [first, operation].every((each) => each.startsWith(READING));
  return isRead ? `${first}, ${operation.slice(READING.length)}` : operation;
}

/** The equivalent GraphQL operation, for a `Link` header. @param operation null: none */
export function successorLink(operation: string | null): string {
  const title = operation === null ? '' : `; title="${operation}"`;
  return `</graphql>; rel="successor-version"${title}`;
}
