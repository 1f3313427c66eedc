import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { NOTHING_ASKED } from '../../new-tasks/prepare-task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { model } from '../request/fields.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { addTask } from './task.ts';

const pull = z.object({ model, idempotencyKey: text({ min: 1, max: 200 }).nullish() });

/**
 * Creates a task in which Ollama downloads a model. @throws DomainError FORBIDDEN for all but admins,
 * CONFLICT
 */
export async function pullModel(context: Context, input: unknown): Promise<TaskRow> {
  if (!requireViewer(context).isAdmin) throw new DomainError('FORBIDDEN', 'only an admin may pull models');
  const given = validate(pull, input, 'input');
  return addTask(context, 'pull', given, async () => ({
    ...NOTHING_ASKED,
    provider: 'ollama',
    model: given.model,
  }));
}
