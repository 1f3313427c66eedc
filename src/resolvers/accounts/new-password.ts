import type { Context } from '../../context.ts';
import { invalidInput, text } from '../request/validate.ts';

export const newPassword = text({ min: 8, max: 200 });

/** @param field of the input. @throws DomainError VALIDATION_ERROR */
export async function refuseCommonPassword(
  { passwords }: Context,
  password: string,
  field: string,
): Promise<void> {
  if (!(await passwords.isCommon(password))) return;
  throw invalidInput([{ field, message: 'is one of the most common passwords; choose another' }]);
}
