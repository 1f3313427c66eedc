import { evaluateLiquid, holdsInLiquid } from '../../rules/liquid.ts';
import type { WorkflowStep } from '../../rules/workflow.ts';
import { changeStep, type Draft, readScope, stepOf } from './draft.ts';
import { failInLiquid } from './fail-step.ts';

/** Items that a list may have. */
const MAX_ITEMS = 1_000;

/** Looks at the condition of a step whose turn it is, and at its list: it runs, is skipped, or fails. */
export async function beginStep(draft: Draft, key: string): Promise<void> {
  const step = stepOf(draft, key);
  const scope = { ...(await readScope(draft)) };
  try {
    if (step.condition !== null && !holdsInLiquid(step.condition, scope)) return skip(draft, key);
    run(draft, step, step.forEach === null ? null : listOf(step.forEach, scope));
  } catch (thrown) {
    failInLiquid(draft, key, thrown);
  }
}

function skip(draft: Draft, key: string): void {
  changeStep(draft, key, { status: 'skipped' });
  draft.events.push({ type: 'StepSkipped', data: { stepId: key } });
}

function run(draft: Draft, { id }: WorkflowStep, items: unknown[] | null): void {
  const data = { stepId: id, stepType: draft.workers[id]!.kind };
  draft.events.push({ type: 'StepStarted', data });
  changeStep(draft, id, { status: 'running', size: items?.length ?? 1, items });
}

/** @throws Error for what is no list, or too long */
function listOf(forEach: string, scope: Record<string, unknown>): unknown[] {
  const list = evaluateLiquid(forEach, scope);
  if (!Array.isArray(list)) throw new Error(`${forEach} is no list but ${typeName(list)}`);
  if (list.length > MAX_ITEMS) throw new Error(`${forEach} has ${list.length} items, more than ${MAX_ITEMS}`);
  return list;
}

function typeName(value: unknown): string {
  return value === null || value === undefined ? 'nothing' : `a ${typeof value}`;
}
