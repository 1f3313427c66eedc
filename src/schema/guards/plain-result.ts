import { type GraphQLResolveInfo, getNamedType } from 'graphql';
import type { Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { scopeRefusal } from '../../resolvers/accounts/require-scope.ts';
import { nestedNodes } from './nested-nodes.ts';

/**
 * Without the scope READ, a mutation returns the object that it creates or changes and the ids of related
 * objects, but no other object and no page.
 * @throws DomainError FORBIDDEN
 */
export function requirePlainResult(viewer: Viewer | null, info: GraphQLResolveInfo): void {
  if (!viewer?.scopes || viewer.scopes.includes('read')) return;
  const result = getNamedType(info.returnType);
  for (const { place, parent, isPage, isReference } of nestedNodes(info)) {
    // The edge of a new object leads to that object; those of pages are refused with their pages.
    const isResult = parent === result || parent.name.endsWith('Edge');
    if (isReference || (isResult && !isPage)) continue;
    const { message } = scopeRefusal(viewer, 'read')!;
    const selectable = isPage ? '' : '; without it, select only the id';
    throw new DomainError('FORBIDDEN', `${place}: ${message}${selectable}`);
  }
}
