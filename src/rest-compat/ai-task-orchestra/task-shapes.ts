import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../handling/documents.ts';
import { isoSeconds, plainId } from '../shapes/output.ts';
import { resultOf, usageOf } from './results.ts';
import { STATUS, STATUS_WORDS } from './status-words.ts';
import { known } from './without-nulls.ts';

const moment = z.iso.datetime();

const at = (date: Date | null) => date && isoSeconds(date);

export const BRIEF = graphql(`fragment Brief on Task {
  id status priority createdAt startedAt endedAt templateName
}`);
type Brief = ResultOf<typeof BRIEF>;

export const briefShape = z.object({
  id: z.string(),
  status: z.enum(STATUS_WORDS),
  priority: z.int(),
  created_at: moment,
  completed_at: moment.optional(),
  /** null: a task of another API without a template. */
  template: z.string().nullable(),
});

/** As in lists. */
export function showBrief(task: Brief): z.input<typeof briefShape> {
  return {
    id: plainId(task.id),
    status: STATUS[task.status],
    priority: task.priority,
    created_at: isoSeconds(task.createdAt),
    ...known({ completed_at: at(task.endedAt) }),
    template: task.templateName,
  };
}

export const grouped = briefShape.extend({ started_at: moment.optional() });

/** As in the groups. */
export function showGrouped(task: Brief): z.input<typeof grouped> {
  return { ...showBrief(task), ...known({ started_at: at(task.startedAt) }) };
}

export const ASKED = graphql(
  'fragment Asked on Task { ...Brief templateParameters prompt model system: systemPrompt }',
  [BRIEF],
);
type Asked = ResultOf<typeof ASKED>;

const parameters = z.record(z.string(), z.unknown());

/** Its parameters without secrets; for a task without a template, its prompt. */
export function parametersOf({ templateName, templateParameters, model, prompt, system }: Asked) {
  if (templateName === null) return known({ model, prompt, system_prompt: system });
  return known({ ...(templateParameters as Record<string, unknown> | null) });
}

export const fresh = briefShape.extend({ parameters, depends_on: z.array(z.string()) });

/** As returned to its creator. @param dependsOn its dependencies, as given */
export function showFresh(task: Asked, dependsOn: readonly string[]): z.input<typeof fresh> {
  return { ...showBrief(task), parameters: parametersOf(task), depends_on: [...new Set(dependsOn)] };
}

export const WHOLE = graphql(
  `fragment Whole on Task {
    ...Asked result error { message } resourceUsage { modelName: model seconds memoryGb }
  }`,
  [ASKED],
);

export const whole = grouped.extend({
  parameters,
  result: z
    .object({ output: z.string() })
    .or(z.object({ error: z.string() }))
    .optional(),
  resource_usage: z
    .object({
      model_name: z.string(),
      inference_time_seconds: z.number().optional(),
      memory_used_gb: z.number().optional(),
    })
    .optional(),
});

/** The complete representation of a task. */
export function showWhole(task: ResultOf<typeof WHOLE>): z.input<typeof whole> {
  return {
    ...showGrouped(task),
    parameters: parametersOf(task),
    ...known({ result: resultOf(task), resource_usage: usageOf(task) }),
  };
}
