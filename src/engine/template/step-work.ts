import { DomainError } from '../../errors.ts';
import type { Rendered } from '../../rules/computations.ts';
import { isPlain } from '../../rules/liquid-text.ts';
import { liquidTexts, type TemplateStep } from '../../rules/template.ts';
import { storable } from '../../rules/text.ts';
import { TooComplex } from '../../rules/watch.ts';
import type { Lease } from '../../store/lease.ts';
import type { StartedTemplate } from '../../store/start-task.ts';
import type { EngineContext } from '../context.ts';

/** What a step has to work with. */
export interface StepWork<Step extends TemplateStep> {
  context: EngineContext;
  lease: Lease;
  task: StartedTemplate;
  step: Step;
  /** The texts of the step with their holes filled, by their fields. */
  filled: Readonly<Record<string, Rendered>>;
}

/** What came of a step: JSON, with what later steps may read of it. */
export type StepOutput = { output: string } & Record<string, unknown>;

/** Does a step, and says what came of it. @throws DomainError, ProviderError, LeaseLost */
export type StepRunner<Step extends TemplateStep> = (work: StepWork<Step>) => Promise<StepOutput>;

interface Unfilled {
  context: EngineContext;
  task: StartedTemplate;
  step: TemplateStep;
  /** Outputs of the steps before, by their ids. */
  outputs: Readonly<Record<string, StepOutput>>;
  /** What the token of a step may read, and nothing else. */
  secrets: Record<string, unknown>;
}

/**
 * All texts of a step with their holes filled, in one computation. What is wrong with one of them matters when it is
 * used, but for one that takes too long. @throws DomainError TEMPLATE_FAILED
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
  // A reference names its step, so that the others, which may be long, need not come along.
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

function notFilled(text: string, fault: string): DomainError {
  const message = `the text ${JSON.stringify(text.slice(0, 100))} could not be filled: ${fault}`;
  return new DomainError('TEMPLATE_FAILED', message);
}

/** A text of the step with its holes filled. @throws DomainError TEMPLATE_FAILED */
export function fill(
  { step, filled }: Pick<StepWork<TemplateStep>, 'step' | 'filled'>,
  field: string,
): string {
  const { text, fault } = filled[field]!;
  if (fault === undefined) return text;
  throw notFilled(liquidTexts(step).find((one) => one.field === field)!.text, fault);
}

/** As `fill`; what is absent or comes out blank is null. */
export function fillIfAny(
  work: Pick<StepWork<TemplateStep>, 'step' | 'filled'>,
  field: string,
): string | null {
  return (work.filled[field] && fill(work, field).trim()) || null;
}
