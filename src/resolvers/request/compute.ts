import type { Context } from '../../context.ts';
import type { FieldIssue } from '../../errors.ts';
import type {
  ComputationInput,
  ComputationName,
  ComputationResult,
  PlacedSchema,
} from '../../rules/computations.ts';
import { TooComplex } from '../../rules/liquid/watch.ts';
import { invalidInput, refuseIssues } from './validate.ts';

/**
 * Evaluates a user's Liquid or JSON Schema in a worker thread.
 * @param root prefix of the field names in errors
 * @throws DomainError VALIDATION_ERROR with the field that exceeds what one request may compute; RATE_LIMITED
 */
export async function compute<Name extends ComputationName>(
  context: Context,
  name: Name,
  input: ComputationInput<Name>,
  root: string,
): Promise<ComputationResult<Name>> {
  try {
    return await context.compute(name, input);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    throw invalidInput(
      [{ field: [root, error.field].filter(Boolean).join('.'), message: error.message }],
      error,
    );
  }
}

/** @throws DomainError VALIDATION_ERROR when a schema is invalid; otherwise as `compute`. */
export async function refuseSchemas(
  context: Context,
  schemas: readonly PlacedSchema[],
  root: string,
): Promise<void> {
  if (schemas.length > 0) refuseAt(root, await compute(context, 'schemas', schemas, root));
}

/** @throws DomainError VALIDATION_ERROR with the issues, if there are any. */
export function refuseAt(root: string, issues: readonly FieldIssue[]): void {
  refuseIssues(issues.map(({ field, message }) => ({ field: `${root}.${field}`, message })));
}
