import type { Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { Scope } from '../../vocabulary.ts';

/** What has no credentials is refused by the operations that need them. @throws DomainError FORBIDDEN */
export function requireScope(viewer: Viewer | null, scope: Scope): void {
  if (!viewer?.scopes || viewer.scopes.includes(scope)) return;
  const needed = scope.toUpperCase();
  const has = viewer.scopes.map((one) => one.toUpperCase()).join(', ');
  throw new DomainError('FORBIDDEN', `this needs the scope ${needed}; the API key has ${has}`);
}
