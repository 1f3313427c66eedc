import { coerceError, DomainError } from '../../errors.ts';
import type { ModelMessage } from '../../providers/provider.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { ResourceUsage } from '../../rules/models/resource-usage.ts';
import type { GenerateStep, OllamaGenerateStep } from '../../rules/templates/template.ts';
import { askModel, createTries } from '../model-calls/ask-model.ts';
import type { ModelCallResult } from '../model-calls/model-call.ts';
import { fill, fillIfAny, type StepOutput, type StepWork } from './step-work.ts';

type Work = StepWork<GenerateStep | OllamaGenerateStep>;

/** Asks a model and streams its text into the log. */
export async function generate(work: Work): Promise<StepOutput> {
  return outputOf(await ask(work));
}

/** The same with Ollama, plus the resources it used on the operator's machine. */
export async function ollamaGenerate(work: Work): Promise<StepOutput> {
  const answer = await ask(work);
  return { ...outputOf(answer), resourceUsage: await usageOf(work, answer) };
}

type Answer = ModelCallResult & ModelReference;

function ask(work: Work): Promise<Answer> {
  const { context, lease, task, step } = work;
  const reference = task.plan.models[step.id]!;
  const request = { messages: messagesOf(work), ...step.parameters };
  return askModel(context, lease, createTries([reference]), () => request);
}

function messagesOf(work: Work): ModelMessage[] {
  const content = fill(work, 'prompt');
  if (content.trim() === '') throw new DomainError('TEMPLATE_FAILED', 'its prompt is blank after rendering');
  const instruction = fillIfAny(work, 'system');
  return [
    ...(instruction ? [{ role: 'system' as const, content: instruction }] : []),
    { role: 'user', content },
  ];
}

function outputOf({ text, callId, model, provider, finishReason }: Answer): StepOutput {
  return { output: text, callId, model, provider, finishReason };
}

/** Without the time to load the model. */
function inferenceSeconds(durations: Answer['durations']): number | null {
  if (durations?.totalMs == null) return null;
  return Math.max(0, durations.totalMs - (durations.loadMs ?? 0)) / 1000;
}

const PATIENCE_MS = 2_000;

async function usageOf(
  { context, lease }: Work,
  { model, provider, usage, durations }: Answer,
): Promise<ResourceUsage> {
  const signal = AbortSignal.any([lease.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const bytes = await context.providers
    .get(provider)
    ?.memoryOf?.(model, signal)
    .catch((error) => {
      context.log.debug(
        { model, error: coerceError(error).message },
        'the memory usage of a model is unknown',
      );
    });
  const { inputTokens, outputTokens } = usage;
  return {
    modelName: model,
    seconds: inferenceSeconds(durations),
    memoryGb: bytes == null ? null : bytes / 1e9,
    inputTokens,
    outputTokens,
  };
}
