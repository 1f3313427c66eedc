import { DomainError, RUN_ERROR_CODES, type RunError, type RunErrorCode } from '../errors.ts';
import { ProviderError } from '../providers/provider.ts';
import { storable } from '../rules/text/text.ts';

/**
 * The error of a run, or of a part of it, as shown to its owner; null: it is unexpected and must not be
 * disclosed.
 */
export function knownRunError(thrown: unknown): RunError | null {
  if (thrown instanceof ProviderError) return { code: thrown.code, message: storable(thrown.message) };
  if (thrown instanceof DomainError && isRunErrorCode(thrown.code)) {
    return { code: thrown.code, message: storable(thrown.message) };
  }
  return null;
}

function isRunErrorCode(code: string): code is RunErrorCode {
  return (RUN_ERROR_CODES as readonly string[]).includes(code);
}
