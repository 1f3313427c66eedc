import { z } from 'zod';
import type { RunErrorCode } from '../../errors.ts';
import { EVERY_RUN, type RunFilter } from '../../store/runs/lists/run-filter.ts';
import type { Origin, RunStatus, TaskKind, TaskLabel } from '../../vocabulary.ts';
import { model, taskType } from './fields.ts';
import { list, text, validate } from './validate.ts';

/** The filter of a list of runs, as given. Not every list has all of its fields. */
export interface GivenRunFilter {
  statuses?: readonly RunStatus[] | null | undefined;
  origins?: readonly Origin[] | null | undefined;
  errorCodes?: readonly RunErrorCode[] | null | undefined;
  tags?: readonly string[] | null | undefined;
  createdAt?: { from?: Date | null | undefined; to?: Date | null | undefined } | null | undefined;
  text?: string | null | undefined;
  types?: readonly string[] | null | undefined;
  models?: readonly string[] | null | undefined;
  agentIds?: readonly string[] | null | undefined;
  sessionId?: string | null | undefined;
  threadId?: string | null | undefined;
  taskKinds?: readonly TaskKind[] | null | undefined;
  templateName?: string | null | undefined;
  workflowId?: string | null | undefined;
  having?: readonly TaskLabel[] | null | undefined;
}

const atMost20 = <Item extends z.ZodType>(item: Item, what: string) =>
  list(item, 20, `must have at most 20 ${what}`);

const searched = z.object({
  tags: atMost20(text({ max: 64 }), 'tags').nullish(),
  text: text({ min: 1, max: 200 }).nullish(),
  types: atMost20(taskType, 'types').nullish(),
  models: atMost20(model, 'models').nullish(),
  agentIds: atMost20(z.string(), 'agents').nullish(),
  templateName: text({ max: 100 }).nullish(),
});

/** @throws DomainError VALIDATION_ERROR */
export function runFilter(given: GivenRunFilter | null | undefined): RunFilter {
  if (!given) return EVERY_RUN;
  const checked = validate(searched, { ...given }, 'filter');
  return {
    statuses: distinct(given.statuses),
    origins: distinct(given.origins),
    errorCodes: distinct(given.errorCodes),
    tags: checked.tags ?? null,
    createdFrom: given.createdAt?.from ?? null,
    createdTo: given.createdAt?.to ?? null,
    text: checked.text ?? null,
    types: checked.types ?? null,
    models: checked.models ?? null,
    agentIds: checked.agentIds ?? null,
    sessionId: given.sessionId ?? null,
    threadId: given.threadId ?? null,
    taskKinds: distinct(given.taskKinds),
    templateName: checked.templateName ?? null,
    workflowId: given.workflowId ?? null,
    having: distinct(given.having),
  };
}

/** A client may repeat words of a closed list many times. */
function distinct<Word>(words: readonly Word[] | null | undefined): Word[] | null {
  return words ? [...new Set(words)] : null;
}
