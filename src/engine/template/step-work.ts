import { DomainError } from '../../errors.ts';
import { type Patience, renderLiquid } from '../../rules/liquid.ts';
import type { TemplateStep } from '../../rules/template.ts';
import type { Lease } from '../../store/lease.ts';
import type { StartedTemplate } from '../../store/start-task.ts';
import type { EngineContext } from '../context.ts';

/** What a step has to work with. */
export interface StepWork<Step extends TemplateStep> {
  context: EngineContext;
  lease: Lease;
  task: StartedTemplate;
  step: Step;
  /** Outputs of the steps before, by their ids. */
  outputs: Readonly<Record<string, StepOutput>>;
  /** For the texts of the step. */
  patience: Patience;
}

/** What came of a step: JSON, with what later steps may read of it. */
export type StepOutput = { output: string } & Record<string, unknown>;

/** Does a step, and says what came of it. @throws DomainError, ProviderError, LeaseLost */
export type StepRunner<Step extends TemplateStep> = (work: StepWork<Step>) => Promise<StepOutput>;

/** A text of the step with its holes filled. @throws DomainError TEMPLATE_FAILED */
export function fill(
  { task, outputs, patience }: Pick<StepWork<TemplateStep>, 'task' | 'outputs' | 'patience'>,
  text: string,
  more: Record<string, unknown> = {},
): string {
  try {
    return renderLiquid(text, { ...task.values, ...more, steps: outputs }, patience);
  } catch (cause) {
    const message = `the text ${JSON.stringify(text.slice(0, 100))} could not be filled: ${(cause as Error).message}`;
    throw new DomainError('TEMPLATE_FAILED', message, {}, { cause });
  }
}

/** As `fill`; what is blank is as good as absent. */
export function fillIfAny(work: StepWork<TemplateStep>, text: string | null): string | null {
  return (text !== null && fill(work, text).trim()) || null;
}
