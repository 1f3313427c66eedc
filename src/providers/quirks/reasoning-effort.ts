import { isJsonObject } from '../../rules/json/json-object.ts';
import type { ReasoningEffort } from '../../vocabulary.ts';
import type { ModelRequest } from '../provider.ts';
import type { Quirks } from './quirk.ts';

/** Supported by all models that reason by effort. */
export type BasicEffort = Extract<ReasoningEffort, 'low' | 'medium' | 'high'>;

export const BASIC_EFFORTS = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
} as const satisfies Record<ReasoningEffort, BasicEffort>;

/** The requested effort, as far as the model is known to support it; null: the model's default. */
export function effortOf(
  { reasoningEffort }: Pick<ModelRequest, 'reasoningEffort'>,
  quirks: Quirks,
): ReasoningEffort | null {
  if (reasoningEffort === undefined || quirks.has('no_reasoning_effort')) return null;
  return quirks.has('basic_reasoning_effort') ? BASIC_EFFORTS[reasoningEffort] : reasoningEffort;
}

/** Whether a request has an effort that only some models support, in any vendor's API. */
export function asksRareEffort(sent: Readonly<Record<string, unknown>>): boolean {
  const { reasoning_effort, reasoning, output_config, thinking, think } = sent;
  const effort = reasoning_effort ?? memberOf(reasoning, 'effort') ?? memberOf(output_config, 'effort');
  if (typeof effort === 'string') return !(Object.values(BASIC_EFFORTS) as string[]).includes(effort);
  return think === false || memberOf(thinking, 'type') === 'disabled';
}

export function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}
