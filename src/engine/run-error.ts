import { DomainError, RUN_ERROR_CODES, type RunError, type RunErrorCode } from '../errors.ts';
import { ProviderError } from '../providers/provider.ts';
import { storable } from '../rules/text/text.ts';

/** What a run, or a part of it, failed of, as its owner is told; null: it is unexpected, and none of theirs. */
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
