import { DomainError } from '../../errors.ts';
import type { ModelMessage, ModelRequest } from '../../providers/provider.ts';
import type { Answer } from '../../rules/answers/schema.ts';
import { correctionPrompt, schemaPrompt } from '../../rules/answers/schema-prompt.ts';
import { TooComplex } from '../../rules/liquid/watch.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { TaskResult } from '../../rules/tasks/task.ts';
import { boundedText } from '../../rules/text/bounded.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import { restartAttempt } from '../../store/runs/restart-attempt.ts';
import type { ProviderId } from '../../vocabulary.ts';
import { isTooLong } from '../agents/compact.ts';
import type { EngineContext } from '../context.ts';
import { askModel, createTries } from '../model-calls/ask-model.ts';
import { toMessages } from '../threads/conversation.ts';
import { fitWindow, shorten } from '../threads/fit-to-window.ts';
import { cacheOfPrompt } from '../threads/prompt-cache.ts';
import { readConversation } from '../threads/read-conversation.ts';

/**
 * Executes a prompt task: one answer of a model. Asks again when it does not match its schema, and with a
 * summary of older turns of the thread when these are too long for the model.
 * @throws ProviderError when no further attempt is worthwhile, LeaseLost
 */
export async function runPrompt(
  context: EngineContext,
  lease: Lease,
  task: StartedTask,
): Promise<TaskResult> {
  let opening = await fitWindow(
    context,
    lease,
    task,
    await readConversation(context, lease, task, task.system),
  );
  const tries = createTries([task, ...task.fallbackModels]);
  let correction: ModelMessage[] = [];
  for (let { firstCall } = task; ; firstCall = null) {
    const messages = toMessages(opening);
    const requestTo = ({ provider }: ModelReference) => ({
      messages: correction.length > 0 ? [...messages, ...correction] : withSchema(messages, provider, task),
      ...task.parameters,
      ...shapeOf(task),
      ...cacheOfPrompt(task, opening),
    });
    const given = await askModel(context, lease, tries, requestTo, firstCall).catch(async (thrown) => {
      const shorter = isTooLong(thrown) ? await shorten(context, lease, task, opening) : null;
      if (!shorter) throw thrown;
      opening = shorter;
      return null;
    });
    if (!given) continue;
    const { callId, text, ...end } = given;
    // A content-filter refusal is the answer: asking again costs as much and is refused again.
    const isRefused = end.finishReason === 'content_filter';
    const answer: Answer | { problem?: undefined } =
      task.responseSchema && !isRefused
        ? await checked(context, task.ownerId, task.responseSchema, text)
        : {};
    const { model, provider, finishReason } = end;
    if (answer.problem === undefined) return { output: text, ...answer, model, provider, finishReason };
    if (!tries.isWorthAnother()) throw new DomainError('OUTPUT_INVALID', answer.problem);
    await restartAttempt(context.store, lease, { voidCallId: callId, reason: 'output_invalid' });
    correction = correctionOf(text, answer.problem, task);
  }
}

/** Adds the schema to the system prompt if the server may not enforce it. */
function withSchema(
  messages: readonly ModelMessage[],
  provider: ProviderId,
  { responseSchema }: StartedTask,
): ModelMessage[] {
  const prompt = responseSchema && schemaPrompt(provider, responseSchema);
  if (!prompt) return [...messages];
  const [first, ...others] = messages;
  return first?.role === 'system'
    ? [{ role: 'system', content: `${first.content}\n\n${prompt}` }, ...others]
    : [{ role: 'system', content: prompt }, ...messages];
}

/** The previous answer, and what is wrong with it. */
function correctionOf(text: string, problem: string, { responseSchema }: StartedTask): ModelMessage[] {
  const content = correctionPrompt(boundedText(problem, MAX_PROBLEM_LENGTH), responseSchema ?? {});
  // Vendors reject empty messages.
  const said =
    text.trim() === '' ? [] : [{ role: 'assistant' as const, content: boundedText(text, LONGEST_QUOTE) }];
  return [...said, { role: 'user', content }];
}

const MAX_PROBLEM_LENGTH = 2_000;
const LONGEST_QUOTE = 20_000;

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
    return { problem: `the answer could not be validated against the task's schema: ${error.message}` };
  }
}

function shapeOf({ responseSchema }: StartedTask): Pick<ModelRequest, 'responseSchema'> {
  return responseSchema ? { responseSchema } : {};
}
