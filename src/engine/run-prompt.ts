import { DomainError } from '../errors.ts';
import type { ModelRequest } from '../providers/provider.ts';
import { type Answer, readAnswer } from '../rules/answer-schema.ts';
import type { TaskResult } from '../rules/task.ts';
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
  const messages = await openingMessages(context, task, task.system);
  const tries = createTries([task, ...task.fallbackModels]);
  const request = { messages, ...task.parameters, ...shapeOf(task) };
  for (let { firstCall } = task; ; firstCall = null) {
    const { callId, text, ...end } = await askModel(context, lease, tries, request, firstCall);
    const answer: Answer | { fault?: undefined } = task.responseSchema
      ? readAnswer(task.responseSchema, text)
      : {};
    const { model, provider, finishReason } = end;
    if (answer.fault === undefined) return { output: text, ...answer, model, provider, finishReason };
    if (!tries.isWorthAnother()) throw new DomainError('OUTPUT_INVALID', answer.fault);
    await restartAttempt(context.store, lease, { voidCallId: callId, reason: 'output_invalid' });
  }
}

function shapeOf({ responseSchema }: StartedTask): Pick<ModelRequest, 'responseSchema'> {
  return responseSchema ? { responseSchema } : {};
}
