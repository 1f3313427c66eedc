import { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { provideInput } from '../store/inputs.ts';
import type { TaskRow } from '../store/tasks.ts';
import { task } from './task.ts';
import { text, validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const input = z.object({
  text: text({ min: 1, max: 100_000 }).refine((given) => given.trim() !== '', 'must not be blank'),
});

/** @throws DomainError NOT_FOUND, INVALID_STATE when the task has ended, or has no agent to talk to. */
export async function provideTaskInput(context: Context, id: string, given: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const { text: said } = validate(input, given, 'input');
  const provided = await provideInput(context.store, { runId: id, ownerId: userId }, said);
  if (provided) return provided;
  const { kind, status } = await task(context, id);
  const why = kind === 'agent' ? `the task is ${status}` : `only an agent's task takes input`;
  throw new DomainError('INVALID_STATE', `input.id: ${why}`, { field: 'input.id' });
}
