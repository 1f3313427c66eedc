import type { RunError } from '../../errors.ts';
import { storable } from '../../rules/text/text.ts';
import { changeStep, type Draft } from './draft.ts';

export function failStep(draft: Draft, key: string, error: RunError): void {
  changeStep(draft, key, { status: 'failed', error });
  draft.events.push({ type: 'StepFailed', data: { stepId: key, error } });
}

/** Fails a step whose texts cannot be rendered with the available values. */
export function failInLiquid(draft: Draft, key: string, thrown: unknown): void {
  failStep(draft, key, { code: 'TEMPLATE_FAILED', message: storable((thrown as Error).message) });
}
