import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import type { Rendered } from '../../rules/computations.ts';
import { isPlain } from '../../rules/liquid/text.ts';
import { TooComplex } from '../../rules/liquid/watch.ts';
import { liquidTexts, type TemplateStep } from '../../rules/templates/template.ts';
import { storable } from '../../rules/text/text.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTemplate } from '../../store/runs/claims/load-claimed-task.ts';
import type { EngineContext } from '../context.ts';

/** The inputs of a step. */
export interface StepWork<Step extends TemplateStep> {
  context: EngineContext;
  lease: Lease;
  task: StartedTemplate;
  step: Step;
  /** The rendered texts of the step, by field. */
  filled: Readonly<Record<string, Rendered>>;
}

export const stepOutput = z.looseObject({ output: z.string() });
/** The output of a step, and its checkpoint: JSON, with everything later steps can read. */
export type StepOutput = z.infer<typeof stepOutput>;

/** Executes a step and returns its output. @throws DomainError, ProviderError, LeaseLost */
export type StepRunner<Step extends TemplateStep> = (work: StepWork<Step>) => Promise<StepOutput>;

interface Unfilled {
  context: EngineContext;
  task: StartedTemplate;
  step: TemplateStep;
  /** Outputs of earlier steps, by id. */
  outputs: Readonly<Record<string, StepOutput>>;
  /** Variables that only the `token` of a step may use. */
  secrets: Record<string, unknown>;
}

/**
 * Renders all texts of a step in one computation. An error in a text is thrown when the text is used; only a
 * text that takes too long fails immediately. @throws DomainError TEMPLATE_FAILED
 */
export async function fillStep({
  context,
  task,
  step,
  outputs,
  secrets,
}: Unfilled): Promise<StepWork<TemplateStep>['filled']> {
  const all = liquidTexts(step);
  const texts = all.filter(({ text }) => !isPlain(text));
  const plain = all.filter(({ text }) => isPlain(text));
  const filled = Object.fromEntries(plain.map(({ field, text }) => [field, { text: storable(text) }]));
  if (texts.length === 0) return filled;
  // A reference contains the id of its step; outputs of other steps, which may be long, are not sent to the
  // thread.
  const read = Object.entries(outputs).filter(([id]) => texts.some(({ text }) => text.includes(id)));
  const scope = { ...task.values, steps: Object.fromEntries(read) };
  try {
    const rendered = await context.compute(task.ownerId)('texts', {
      texts,
      scope,
      secrets: { field: 'token', scope: secrets },
    });
    return { ...filled, ...rendered };
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    throw notFilled(texts.find(({ field }) => field === error.field)?.text ?? '', error.message);
  }
}

function notFilled(text: string, problem: string): DomainError {
  const message = `the text ${JSON.stringify(text.slice(0, 100))} could not be rendered: ${problem}`;
  return new DomainError('TEMPLATE_FAILED', message);
}

/** A rendered text of the step. @throws DomainError TEMPLATE_FAILED */
export function fill(
  { step, filled }: Pick<StepWork<TemplateStep>, 'step' | 'filled'>,
  field: string,
): string {
  const { text, problem } = filled[field]!;
  if (problem === undefined) return text;
  throw notFilled(liquidTexts(step).find((one) => one.field === field)!.text, problem);
}

/** As `fill`; null when the text is absent or renders blank. */
export function fillIfAny(
  work: Pick<StepWork<TemplateStep>, 'step' | 'filled'>,
  field: string,
): string | null {
  return (work.filled[field] && fill(work, field).trim()) || null;
}
