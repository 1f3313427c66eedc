import { DomainError } from '../../errors.ts';

export { globalId } from '../../rules/ids/global-id.ts';

/** Types that can be queried by id. */
const NODES = [
  'Agent',
  'ApiKey',
  'Artifact',
  'Delivery',
  'Execution',
  'Integration',
  'Model',
  'Orchestration',
  'Session',
  'Task',
  'Template',
  'Thread',
  'User',
  'Workflow',
] as const;
export type NodeName = (typeof NODES)[number];

/** Decodes a global id. @throws DomainError NOT_FOUND if it is not one of ours */
export function nodeId(globalId: string): { typename: NodeName; id: string } {
  const decoded = decodeId(globalId);
  if (!decoded) throw new DomainError('NOT_FOUND', 'there is no such object');
  return decoded;
}

/** @returns null when it is not an id of ours. */
export function decodeId(globalId: string): { typename: NodeName; id: string } | null {
  const decoded = Buffer.from(globalId, 'base64url').toString();
  const colon = decoded.indexOf(':');
  const typename = NODES.find((name) => name === decoded.slice(0, colon));
  const id = decoded.slice(colon + 1);
  return typename && id !== '' && !id.includes('\0') ? { typename, id } : null;
}

/**
 * Decodes a global id of one type. @param field the argument it was given in. @throws DomainError NOT_FOUND
 * if it is not an id of that type
 */
export function localId(type: NodeName, globalId: string, field = 'id'): string {
  const decoded = decodeId(globalId);
  if (decoded?.typename === type) return decoded.id;
  throw new DomainError('NOT_FOUND', `${field}: there is no such ${type.toLowerCase()}`, { field });
}

/** The same for an optional argument; an empty id is one that does not exist. @throws DomainError NOT_FOUND */
export function optionalId(
  type: NodeName,
  globalId: string | null | undefined,
  field?: string,
): string | null | undefined {
  return globalId == null ? globalId : localId(type, globalId, field);
}
