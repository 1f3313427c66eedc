import { DomainError } from '../../errors.ts';
import { kindOfType } from '../../rules/runs/kinds.ts';
import type { RunKind } from '../../vocabulary.ts';
import { decodeId } from '../builder/global-id.ts';

/** The kind and our own id of the run that an argument names. @throws DomainError NOT_FOUND */
export function localRun(globalId: string, field: string): { kind: RunKind; id: string } {
  const decoded = decodeId(globalId);
  const kind = decoded && kindOfType(decoded.typename);
  if (kind) return { kind, id: decoded.id };
  throw new DomainError('NOT_FOUND', `${field}: there is no such run`, { field });
}
