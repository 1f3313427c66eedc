import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { statusesBefore } from '../../rules/runs/status.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { MAX_INPUT_CHARACTERS, provideInput } from '../../store/tasks/user-replies.ts';
import type { RunStatus, TaskKind } from '../../vocabulary.ts';
import { requireBytes } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { task } from './task.ts';

const input = z.object({
  text: text({ min: 1, max: 100_000 }).refine((given) => given.trim() !== '', 'must not be blank'),
});

/**
 * @throws DomainError NOT_FOUND, INVALID_STATE when the task has ended, has received too much input, or has
 * no agent
 */
export async function provideTaskInput(context: Context, id: string, given: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const { text: said } = validate(input, given, 'input');
  await requireBytes(context, said);
  const provided = await provideInput(context.store, { runId: id, ownerId: userId }, said);
  if (provided) return provided;
  const { kind, status } = await task(context, id, 'input.id');
  throw new DomainError('INVALID_STATE', `input.id: ${whyNot(kind, status)}`, { field: 'input.id' });
}

function whyNot(kind: TaskKind, status: RunStatus): string {
  if (kind !== 'agent') return `only a task of an agent accepts input`;
  if (!statusesBefore('cancelled').includes(status)) return `the task is ${status}`;
  return `a task accepts at most ${MAX_INPUT_CHARACTERS} characters of input in total`;
}
