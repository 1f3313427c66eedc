import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { statusesBefore } from '../../rules/runs/status.ts';
import { errorProblem, resultProblem } from '../../rules/tasks/hand-ending.ts';
import { endTask as end, type GivenEnd } from '../../store/tasks/end-task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { HAND_ENDINGS } from '../../vocabulary.ts';
import { anObject, refuseIssues, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { task } from './task.ts';

function sound<Given>(problemOf: (given: Given) => string | null) {
  return (given: Given, issues: z.RefinementCtx) => {
    const message = problemOf(given);
    if (message) issues.addIssue({ code: 'custom', message });
  };
}

const ending = z.object({
  status: z.enum(HAND_ENDINGS),
  result: anObject.superRefine(sound(resultProblem)).nullish(),
  error: z.string().superRefine(sound(errorProblem)).nullish(),
});

/**
 * Ends an unfinished task. Ending it again in the same way has no effect.
 * @throws DomainError NOT_FOUND, VALIDATION_ERROR, INVALID_STATE when it has ended otherwise
 */
export async function endTask(context: Context, id: string, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = endOf(validate(ending, input, 'input'));
  await end(context.store, { runId: id, ownerId: userId }, given);
  const row = await task(context, id, 'input.id');
  if (row.status === given.status) return row;
  const allowed = statusesBefore(given.status);
  const message = `input.status: the task is ${row.status}; it can be ended while it is ${allowed.join(', ')}`;
  throw new DomainError('INVALID_STATE', message, { field: 'input.status', allowed });
}

function endOf({ status, result, error }: z.infer<typeof ending>): GivenEnd {
  if (status === 'completed') {
    refuseIssues(error ? [{ field: 'input.error', message: 'is only allowed with the status FAILED' }] : []);
    return { status, result: { output: '', ...result } };
  }
  refuseIssues(
    result ? [{ field: 'input.result', message: 'is only allowed with the status COMPLETED' }] : [],
  );
  const message = error ?? 'ended manually as failed';
  return { status, error: { code: 'ENDED_BY_HAND', message } };
}
