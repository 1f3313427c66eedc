import type { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { nextTick, type Schedule } from '../../rules/workflows/schedule.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import {
  changeWorkflow,
  findWorkflows,
  insertWorkflow,
  listWorkflows,
  deleteWorkflow as removeWorkflow,
  type WorkflowRow,
  type WorkflowSettings,
} from '../../store/workflows/workflows.ts';
import type { Origin } from '../../vocabulary.ts';
import { requireVersion } from '../request/expected-version.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { acceptSchedule, acceptSteps } from './workflow-definition.ts';
import { newWorkflow, workflowChange } from './workflow-input.ts';

/** @throws DomainError for invalid input, with the field and the step */
export async function createWorkflow(context: Context, input: unknown): Promise<WorkflowRow> {
  const { userId } = requireViewer(context);
  const given = validate(newWorkflow, input, 'input');
  await requireObject(context, given);
  const steps = await acceptSteps(context, given.steps);
  const schedule = given.schedule ? acceptSchedule(given.schedule) : null;
  const isActive = given.isActive ?? true;
  const fresh = {
    ownerId: userId,
    origin: context.origin,
    name: given.name,
    description: given.description ?? null,
    steps,
    timeoutSeconds: given.timeoutSeconds ?? null,
    isActive,
    schedule,
    nextRunAt: firstTick(schedule, isActive),
  };
  return withFreshId({ origin: context.origin, kind: 'workflow' }, (id) =>
    insertWorkflow(context.store.database, { id, ...fresh }),
  );
}

function firstTick(schedule: Schedule | null, isActive: boolean): Date | null {
  return schedule && isActive ? nextTick(schedule, new Date()) : null;
}

/** Creates a new version. @throws DomainError as `createWorkflow`; NOT_FOUND, CONFLICT */
export async function updateWorkflow(context: Context, id: string, input: unknown): Promise<WorkflowRow> {
  requireViewer(context);
  const given = validate(workflowChange, input, 'input');
  await requireBytes(context, given);
  const before = await workflow(context, id, 'input.id');
  requireVersion(before, given.expectedVersion, 'workflow');
  const change = await merge(context, before, given);
  const changed = await changeWorkflow(context.store.database, before, change);
  if (changed) return changed;
  requireVersion(await workflow(context, id, 'input.id'), given.expectedVersion, 'workflow');
  throw new DomainError('CONFLICT', 'input.id: the workflow was changed concurrently; try again', {
    field: 'input.id',
  });
}

async function merge(
  context: Context,
  before: WorkflowRow,
  given: z.infer<typeof workflowChange>,
): Promise<WorkflowSettings> {
  const steps = given.steps ? await acceptSteps(context, given.steps) : before.steps;
  const schedule = given.schedule ? acceptSchedule(given.schedule) : null;
  const merged = {
    name: given.name ?? before.name,
    description: given.description === undefined ? before.description : given.description,
    steps,
    timeoutSeconds: given.timeoutSeconds === undefined ? before.timeoutSeconds : given.timeoutSeconds,
    isActive: given.isActive ?? before.isActive,
    schedule: given.schedule === undefined ? before.schedule : schedule,
  };
  // A tick that is already due stays due.
  const isPlanned = given.schedule === undefined && merged.isActive === before.isActive;
  return { ...merged, nextRunAt: isPlanned ? before.nextRunAt : firstTick(merged.schedule, merged.isActive) };
}

/** Its executions are kept. @throws DomainError NOT_FOUND */
export async function deleteWorkflow(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  if (await removeWorkflow(context.store.database, userId, id)) return;
  throw notFound('input.id');
}

/** @throws DomainError NOT_FOUND, also for another user's workflow @param field the argument that names it */
export async function workflow(context: Context, id: string, field = 'id'): Promise<WorkflowRow> {
  const { userId } = requireViewer(context);
  const [found] = await findWorkflows(context.store.database, userId, [id]);
  if (!found) throw notFound(field);
  return found;
}

function notFound(field: string): DomainError {
  return new DomainError('NOT_FOUND', `${field}: there is no such workflow`, { field });
}

export interface WorkflowFilter {
  isActive?: boolean | null | undefined;
  origins?: Origin[] | null | undefined;
}

/** The viewer's workflows, newest first. */
export async function workflows(
  context: Context,
  given: PageArguments,
  filter: WorkflowFilter | null | undefined,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const found = listWorkflows(context.store.database, {
    ownerId: userId,
    isActive: filter?.isActive ?? null,
    origins: filter?.origins ?? null,
  });
  return connect(page, found);
}
