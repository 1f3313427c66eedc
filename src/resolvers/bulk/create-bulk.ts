import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { KINDS_IN_BULK } from '../../rules/runs/kinds.ts';
import type { BulkRow, BulkSettings, BulkTarget } from '../../store/bulk/bulk.ts';
import { createBulk, type NewBulkOperation } from '../../store/bulk/create-bulk.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import { EVERY_RUN } from '../../store/runs/lists/run-filter.ts';
import { findRepeated } from '../../store/tasks/create-task.ts';
import type { BulkAction, RunKind } from '../../vocabulary.ts';
import { mostAtOnce } from '../orchestrations/orchestration.ts';
import { idempotencyOf } from '../request/idempotency.ts';
import { ownRun } from '../request/own-run.ts';
import { sizeOf } from '../request/quota.ts';
import { type GivenRunFilter, runFilter } from '../request/run-filter.ts';
import { invalidInput, text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';

/** Which runs, as given: exactly one of the three. */
export interface GivenBulk {
  targets?: readonly BulkTarget[] | null | undefined;
  filter?: (GivenRunFilter & { kinds?: readonly RunKind[] | null | undefined }) | null | undefined;
  all?: boolean | null | undefined;
  reason?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}

const MAX_RUNS = 1_000;

const checked = z.object({
  reason: text({ max: 1000 }).nullish(),
  idempotencyKey: text({ min: 1, max: 200 }).nullish(),
});

/**
 * Creates a run that acts on many others. Their number is not limited, and so it is not what queued runs and quotas
 * limit: an account that has reached them must be able to cancel and delete.
 * @throws DomainError VALIDATION_ERROR; CONFLICT for an idempotency key that was used for another request; RATE_LIMITED
 */
export async function bulkOperation(
  context: Context,
  action: BulkAction,
  given: GivenBulk,
): Promise<BulkRow> {
  const { userId } = requireViewer(context);
  const { reason } = validate(checked, given, 'input');
  const targets = given.targets && distinct(given.targets);
  const settings: BulkSettings = {
    ...selectionOf(given),
    reason: reason ?? null,
    maxOrchestrations: mostAtOnce(context),
  };
  const idempotency = idempotencyOf({ ...given, action });
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return ownRun(context, 'bulk', earlier, 'id');
  await context.operationLimits.countRun(userId);
  const asked = { ownerId: userId, origin: context.origin, action, settings, targets: targets ?? null };
  if (action === 'retry') await context.store.quotas.require(userId, { runs: 1, bytes: sizeOf(asked) });
  const created = await withFreshId({ origin: context.origin, kind: 'bulk' }, (id) =>
    createOnce(context, { id, ...asked, idempotency }),
  );
  return ownRun(context, 'bulk', created, 'id');
}

/** @returns its id, or that of the equal request that was faster */
async function createOnce(context: Context, bulk: NewBulkOperation): Promise<string> {
  if (await createBulk(context.store, bulk)) return bulk.id;
  const earlier = await findRepeated(context.store, bulk.ownerId, bulk.idempotency!);
  if (earlier) return earlier;
  throw new DomainError('CONFLICT', 'input.idempotencyKey: its run was deleted meanwhile; try again', {
    field: 'input.idempotencyKey',
  });
}

/** @throws DomainError VALIDATION_ERROR unless one selection is given, and when it is everything by accident */
function selectionOf({ targets, filter, all }: GivenBulk): Pick<BulkSettings, 'filter' | 'kinds'> {
  const everyKind = { kinds: KINDS_IN_BULK };
  if ([targets, filter, all || null].filter((one) => one != null).length !== 1)
    throw refused('input', 'must have exactly one of ids, filter and all: true');
  if (targets && (targets.length === 0 || targets.length > MAX_RUNS))
    throw refused('input.ids', `must have 1 to ${MAX_RUNS} runs`);
  if (targets) return { filter: null, ...everyKind };
  if (!filter) return { filter: EVERY_RUN, ...everyKind };
  const { kinds, ...wanted } = filter;
  const others = kinds?.filter((kind) => !KINDS_IN_BULK.includes(kind)) ?? [];
  if (others.length > 0) throw refused('input.filter.kinds', 'must not have BULK');
  // In lists of runs it excludes none; here that would be every run of the account.
  if (wanted.tags?.length === 0) throw refused('input.filter.tags', 'must not be empty');
  if (![kinds, ...Object.values(wanted)].some(isGiven))
    throw refused('input.filter', 'must select something; for every run, give all: true instead of a filter');
  return { filter: filterOf(wanted), kinds: kinds ? [...new Set(kinds)] : KINDS_IN_BULK };
}

function distinct(targets: readonly BulkTarget[]): BulkTarget[] {
  return [...new Map(targets.map((target) => [target.id, target])).values()];
}

/** Empty lists, and a range of time that is open on both sides, select nothing. */
function isGiven(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Date || typeof value !== 'object' || Object.values(value).some(isGiven);
}

function filterOf(wanted: GivenRunFilter) {
  try {
    return runFilter(wanted);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'VALIDATION_ERROR') throw error;
    const issues = error.details.issues ?? [];
    throw invalidInput(issues.map(({ field, message }) => ({ field: `input.${field}`, message })));
  }
}

const refused = (field: string, message: string) => invalidInput([{ field, message }]);
