import type { Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { Scope } from '../../vocabulary.ts';

/** Requests without credentials are left to the operations to reject. @throws DomainError FORBIDDEN */
export function requireScope(viewer: Viewer | null, scope: Scope): void {
  const refusal = scopeRefusal(viewer, scope);
  if (refusal) throw refusal;
}

/** @returns FORBIDDEN; null: the viewer has the scope */
export function scopeRefusal(viewer: Viewer | null, scope: Scope): DomainError | null {
  if (viewer?.runIds) return beyondRunToken();
  if (!viewer?.scopes || viewer.scopes.includes(scope)) return null;
  const has = viewer.scopes.map((one) => one.toUpperCase()).join(', ');
  const message = `this needs an API key with the scope ${scope.toUpperCase()}; the key has ${has}`;
  return new DomainError('FORBIDDEN', message);
}

/** @param what the requested operation or object */
export function beyondRunToken(what = 'this operation'): DomainError {
  return new DomainError(
    'FORBIDDEN',
    `a run token reads its runs and their events, and nothing else; ${what} needs a login or an API key`,
  );
}
