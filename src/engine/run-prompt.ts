import { DomainError } from '../errors.ts';
import type { ModelRequest } from '../providers/provider.ts';
import type { Answer } from '../rules/answer-schema.ts';
import type { TaskResult } from '../rules/task.ts';
import { TooComplex } from '../rules/watch.ts';
import type { Lease } from '../store/lease.ts';
import { restartAttempt } from '../store/restart-attempt.ts';
import type { StartedTask } from '../store/start-task.ts';
import { askModel, createTries } from './ask-model.ts';
import type { EngineContext } from './context.ts';
import { openingMessages } from './opening.ts';

/**
 * A prompt task: one model's answer, asked for again when it does not meet its schema.
 * @throws ProviderError when it is not worth another try, LeaseLost
 */
export async function runPrompt(
  context: EngineContext,
  lease: Lease,
  task: StartedTask,
): Promise<TaskResult> {
  const messages = await openingMessages(context, lease, task, task.system);
  const tries = createTries([task, ...task.fallbackModels]);
  const request = { messages, ...task.parameters, ...shapeOf(task) };
  for (let { firstCall } = task; ; firstCall = null) {
    const { callId, text, ...end } = await askModel(context, lease, tries, request, firstCall);
    // A refusal is the answer: asking again costs as much and is refused, too.
    const isRefused = end.finishReason === 'content_filter';
    const answer: Answer | { fault?: undefined } =
      task.responseSchema && !isRefused
        ? await checked(context, task.ownerId, task.responseSchema, text)
        : {};
    const { model, provider, finishReason } = end;
    if (answer.fault === undefined) return { output: text, ...answer, model, provider, finishReason };
    if (!tries.isWorthAnother()) throw new DomainError('OUTPUT_INVALID', answer.fault);
    await restartAttempt(context.store, lease, { voidCallId: callId, reason: 'output_invalid' });
  }
}

async function checked(
  context: EngineContext,
  ownerId: string,
  schema: Record<string, unknown>,
  text: string,
): Promise<Answer> {
  try {
    return await context.compute(ownerId)('answer', { schema, text });
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return { fault: `the answer could not be checked by the task's schema: ${error.message}` };
  }
}

function shapeOf({ responseSchema }: StartedTask): Pick<ModelRequest, 'responseSchema'> {
  return responseSchema ? { responseSchema } : {};
}
