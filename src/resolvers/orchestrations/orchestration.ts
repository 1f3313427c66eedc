import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import {
  createOrchestration,
  type NewOrchestration,
} from '../../store/orchestrations/create-orchestration.ts';
import type { OrchestrationParts, OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { findRepeated } from '../../store/tasks/create-task.ts';
import { DEFAULT_PRIORITY } from '../request/fields.ts';
import { idempotencyOf } from '../request/idempotency.ts';
import { ownRun } from '../request/own-run.ts';
import { countRun } from '../request/quota.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { targetSessionOf } from '../threads/target-session.ts';
import { thread } from '../threads/thread.ts';
import { newOrchestration } from './orchestration-input.ts';
import { route } from './orchestration-models.ts';

const DEFAULT_THRESHOLD = 8;
const DEFAULT_ITERATIONS = 5;
const MOST_AT_ONCE = 10;

/**
 * @throws DomainError for invalid input, with the field; CONFLICT for an idempotency key that was used for
 * another request; RATE_LIMITED when too many of the viewer's are unfinished
 */
export async function startOrchestration(context: Context, input: unknown): Promise<OrchestrationRow> {
  const { userId } = requireViewer(context);
  const given = validate(newOrchestration, input, 'input');
  const { idempotencyKey, ...asked } = given;
  const idempotency = idempotencyOf({ idempotencyKey, orchestration: asked });
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return orchestration(context, earlier);
  await countRun(context, userId);
  const home = await targetSessionOf(context, given);
  const preferredModels = given.preferredModels ?? home?.settings.preferredModels ?? [];
  const ofThread = given.threadId ? await thread(context, given.threadId, 'input.threadId') : null;
  const domain = given.domain ?? ofThread?.domain ?? null;
  const fresh: Omit<NewOrchestration, 'id'> = {
    ownerId: userId,
    origin: context.origin,
    prompt: given.prompt,
    domain,
    threadId: given.threadId ?? null,
    sessionId: home?.id ?? null,
    preferredModels,
    ...(await route(context, { preferredModels, domain })),
    evaluationThreshold: given.evaluationThreshold ?? home?.settings.evaluationThreshold ?? DEFAULT_THRESHOLD,
    maxIterations: given.maxIterations ?? home?.settings.maxIterations ?? DEFAULT_ITERATIONS,
    costLimit: given.costLimit?.toFixed(12) ?? null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    tags: given.tags ?? [],
    metadata: given.metadata ?? null,
    startAt: given.startAt ?? null,
    expiresAt: given.expiresAt ?? null,
    idempotency,
  };
  const started = await withFreshId({ origin: context.origin, kind: 'orchestration' }, (id) =>
    createOrchestration(context.store, { id, ...fresh }, mostAtOnce(context)),
  );
  return typeof started === 'string' ? orchestration(context, started) : started;
}

/** Maximum number of unfinished orchestrations per user. */
export function mostAtOnce({ config }: Context): number {
  return Math.max(1, Math.round(MOST_AT_ONCE * config.rateLimitFactor));
}

/** @throws DomainError NOT_FOUND, also for another user's orchestration */
export function orchestration(context: Context, id: string, field = 'id'): Promise<OrchestrationRow> {
  return ownRun(context, 'orchestration', id, field);
}

/** @throws DomainError NOT_FOUND when it was deleted after it was read */
export async function orchestrationPrompt({ loaders }: Context, id: string): Promise<string> {
  const prompt = await loaders.orchestrationPrompts.load(id);
  if (prompt !== null) return prompt;
  throw new DomainError('NOT_FOUND', 'there is no such orchestration any more');
}

/** null: it has not completed. What ends it after its status was read is not shown with that status. */
export async function endingOf(
  { loaders }: Context,
  { id, status }: OrchestrationRow,
): Promise<OrchestrationParts['ending']> {
  return status === 'completed' ? loaders.orchestrationEndings.load(id) : null;
}
