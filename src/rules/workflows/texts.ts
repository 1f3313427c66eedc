import { conditionText } from '../liquid/text.ts';
import type { WorkflowStep } from './workflow.ts';

interface LiquidText {
  member: string;
  text: string;
  /** Variables it may read, besides `steps`. */
  roots: readonly string[];
}

const ROOTS = ['input', 'parameters'] as const;

/** All Liquid texts of a step, with their members. */
export function workflowTexts({ task, templateParameters, condition, forEach }: WorkflowStep): LiquidText[] {
  const inItem = forEach === null ? ROOTS : [...ROOTS, 'item', 'index'];
  return [
    { member: 'task', text: task, roots: inItem },
    ...textsIn('templateParameters', templateParameters).map((found) => ({ ...found, roots: inItem })),
    ...(condition === null ? [] : [{ member: 'condition', text: conditionText(condition), roots: ROOTS }]),
    ...(forEach === null ? [] : [{ member: 'forEach', text: `{{ ${forEach} }}`, roots: ROOTS }]),
  ];
}

/** All texts in a JSON value, with their paths. */
function textsIn(member: string, value: unknown): { member: string; text: string }[] {
  if (typeof value === 'string') return [{ member, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(`${member}.${name}`, inner));
}
