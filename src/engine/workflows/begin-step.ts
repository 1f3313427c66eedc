import type { BeginQuestion } from '../../rules/workflows/liquid.ts';
import { answerTo } from './answers.ts';
import { changeStep, type Draft, stepOf } from './draft.ts';
import { failInLiquid } from './fail-step.ts';

/** The question to answer before a step begins; null: none. */
export function beginQuestion(draft: Draft, key: string): BeginQuestion | null {
  const { condition, forEach } = stepOf(draft, key);
  return condition === null && forEach === null
    ? null
    : { kind: 'begin', key: `begin ${key}`, condition, forEach };
}

/** Evaluates the condition and the list of a step that is ready: it runs, is skipped, or fails. */
export function beginStep(draft: Draft, key: string): void {
  const question = beginQuestion(draft, key);
  const answer = question ? answerTo(draft, question) : { begins: true as const, items: null };
  if (answer.problem !== undefined) failInLiquid(draft, key, new Error(answer.problem));
  else if (answer.begins) run(draft, key, answer.items);
  else skip(draft, key);
}

function skip(draft: Draft, key: string): void {
  changeStep(draft, key, { status: 'skipped' });
  draft.events.push({ type: 'StepSkipped', data: { stepId: key } });
}

function run(draft: Draft, key: string, items: unknown[] | null): void {
  const data = { stepId: key, stepType: draft.workers[key]!.kind };
  draft.events.push({ type: 'StepStarted', data });
  changeStep(draft, key, { status: 'running', size: items?.length ?? 1, items });
}
