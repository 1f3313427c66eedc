import type { FieldIssue } from '../../errors.ts';
import { composePrompt } from '../../rules/tasks/compose-prompt.ts';
import type { TaskSubject } from '../../rules/tasks/task.ts';
import type { NewTask } from '../../store/tasks/new-task.ts';
import { invalidInput } from '../request/validate.ts';
import type { NewTaskInput } from './task-input.ts';

type Given = Partial<Pick<NewTaskInput, keyof TaskSubject>>;

export function subjectOf(given: Given): TaskSubject {
  return {
    title: given.title ?? null,
    description: given.description ?? null,
    target: given.target ?? null,
    context: given.context ?? null,
    taskParameters: given.taskParameters ?? null,
  };
}

/**
 * The prompt as given, or composed of the descriptive fields. @throws DomainError VALIDATION_ERROR when there
 * is neither
 */
export function promptOf(
  given: Given & Pick<NewTaskInput, 'prompt'>,
): Pick<NewTask, 'prompt' | 'promptIsOurs'> {
  if (given.prompt) return { prompt: given.prompt, promptIsOurs: false };
  const prompt = composePrompt(subjectOf(given));
  if (prompt !== null) return { prompt, promptIsOurs: true };
  throw invalidInput(nothingAsked(given));
}

function nothingAsked(given: Given): FieldIssue[] {
  const blank = (['title', 'description'] as const).filter((name) => given[name]);
  if (blank.length > 0) {
    return blank.map((name) => ({ field: `input.${name}`, message: 'must not be blank' }));
  }
  const message = 'is required, unless there is a title or a description';
  return [{ field: 'input.prompt', message }];
}
