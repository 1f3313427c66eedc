import { z } from 'zod';
import { DomainError } from '../../errors.ts';

export const expectedVersion = z.number().int().min(1, 'must be at least 1').nullish();

/**
 * For clients that change what they have shown, so that they do not overwrite what they have not.
 * @throws DomainError CONFLICT with the present version, when another one is expected
 */
export function requireVersion(
  { version }: { version: number },
  expected: number | null | undefined,
  noun: string,
): void {
  if (expected === null || expected === undefined || expected === version) return;
  const field = 'input.expectedVersion';
  const message = `${field}: the ${noun} is at version ${version}; read it again`;
  throw new DomainError('CONFLICT', message, { field, currentVersion: version });
}
