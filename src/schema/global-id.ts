import { DomainError } from '../errors.ts';

/** Types that can be asked for by id. */
const NODES = ['ApiKey', 'Task', 'User'] as const;
export type NodeName = (typeof NODES)[number];

/** The id that GraphQL prints: opaque, and unique over all types. */
export function globalId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

/** @throws DomainError NOT_FOUND: what is no id of ours names nothing. */
export function nodeId(globalId: string): { typename: NodeName; id: string } {
  const decoded = Buffer.from(globalId, 'base64url').toString();
  const colon = decoded.indexOf(':');
  const typename = NODES.find((name) => name === decoded.slice(0, colon));
  if (!typename || decoded.includes('\0')) throw new DomainError('NOT_FOUND', 'there is no such object');
  return { typename, id: decoded.slice(colon + 1) };
}

/** @throws DomainError NOT_FOUND: what is no id of the type names nothing. */
export function localId(type: NodeName, globalId: string): string {
  const { typename, id } = nodeId(globalId);
  if (typename !== type) throw new DomainError('NOT_FOUND', `there is no such ${type.toLowerCase()}`);
  return id;
}
