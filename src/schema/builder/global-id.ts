import { DomainError } from '../../errors.ts';
import { NODE_NAMES, type NodeId, type NodeName } from '../../resolvers/nodes/nodes.ts';

export type { NodeName } from '../../resolvers/nodes/nodes.ts';
export { globalId } from '../../rules/ids/global-id.ts';

/** @returns null when it is not an id of ours. */
export function decodeId(globalId: string): NodeId | null {
  const decoded = Buffer.from(globalId, 'base64url').toString();
  const colon = decoded.indexOf(':');
  const typename = NODE_NAMES.find((name) => name === decoded.slice(0, colon));
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
