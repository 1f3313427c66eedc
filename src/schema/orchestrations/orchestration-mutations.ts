import { startOrchestration } from '../../resolvers/orchestrations/orchestration.ts';
import { edgeOf } from '../../resolvers/request/run-page.ts';
import { cancelRun, deleteRun, retryRun } from '../../resolvers/runs/run-lifecycle.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { startTimeFields } from '../runs/start-times.ts';
import { OrchestrationEdge, OrchestrationType } from './orchestration.ts';

const StartOrchestrationInput = builder.inputType('StartOrchestrationInput', {
  description: 'Only `prompt` is required; other settings default to those of the session or thread, if any.',
  fields: (t) => ({
    prompt: t.string({ required: true, description: 'The prompt, 1 to 5000000 characters.' }),
    domain: t.string({
      description:
        'The type of work, 1 to 100 characters: `coding`, `math`, `writing`. Models with such a specialty or capability are preferred. Absent: that of the thread.',
    }),
    threadId: t.id({
      description: 'A thread. Its completed turns are sent to the models before the prompt.',
    }),
    sessionId: t.id({
      description:
        'A session to create it in, whose settings are the defaults for fields absent here. Absent: the session of the thread.',
    }),
    preferredModels: t.stringList({
      description:
        'At most 20 models, best first. They answer and evaluate before others; unavailable ones are skipped and mentioned in `reasoning`.',
    }),
    evaluationThreshold: t.float({
      description:
        '0 to 10: the score at which an answer is good enough. Absent: the setting of the session, or 8.',
    }),
    maxIterations: t.int({
      description: 'Maximum number of rounds, 1 to 100. Absent: the setting of the session, or 5.',
    }),
    costLimit: t.float({
      description:
        'US dollars that its model calls may cost together. When the remainder does not cover another call, it completes with the best answer so far; if there is none, it fails with BUDGET_EXCEEDED.',
    }),
    priority: t.int({ description: '1 to 10; higher numbers run first. Default 5.' }),
    tags: t.stringList({
      description: 'At most 20 tags of 1 to 64 characters. Lists of runs can be filtered by them.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'A JSON object of at most 16000 characters, stored with the run and returned unchanged.',
    }),
    ...startTimeFields(t, 'orchestration'),
    idempotencyKey: t.string({
      description:
        'Repeating the same request with the same key returns the same orchestration, also for concurrent requests; a different request with the key fails with CONFLICT.',
    }),
  }),
});

const CancelOrchestrationInput = builder.inputType('CancelOrchestrationInput', {
  description:
    'Cancelling it again changes nothing; an orchestration that ended otherwise fails with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The orchestration.' }),
    reason: t.string({ description: 'The reason, kept in its log; at most 1000 characters.' }),
  }),
});

const RetryOrchestrationInput = idInput(
  'RetryOrchestrationInput',
  'The orchestration.',
  'Only a FAILED orchestration can be retried; others fail with INVALID_STATE.',
);
const DeleteOrchestrationInput = idInput(
  'DeleteOrchestrationInput',
  'The orchestration.',
  'Open subscriptions to the orchestration end.',
);

function payload(name: string, description: string) {
  return builder.objectRef<{ orchestration: OrchestrationRow }>(name).implement({
    description,
    fields: (t) => ({
      orchestration: t.expose('orchestration', {
        type: OrchestrationType,
        description: 'The new orchestration.',
      }),
    }),
  });
}

const StartOrchestrationPayload = payload('StartOrchestrationPayload', 'A new orchestration.');
const CancelOrchestrationPayload = payload('CancelOrchestrationPayload', 'A cancelled orchestration.');
const RetryOrchestrationPayload = payload('RetryOrchestrationPayload', 'A requeued orchestration.');

const DeleteOrchestrationPayload = deletedPayload('DeleteOrchestrationPayload', 'A deleted orchestration.');

builder.objectField(StartOrchestrationPayload, 'orchestrationEdge', (t) =>
  t.field({
    type: OrchestrationEdge,
    description: 'The orchestration with its position in `orchestrations`, for a client that adds it there.',
    resolve: ({ orchestration }, _arguments, context) => edgeOf(context, orchestration),
  }),
);

builder.mutationFields((t) => ({
  startOrchestration: t.field({
    type: StartOrchestrationPayload,
    nullable: true,
    description:
      "Lets models answer a prompt, evaluate each other's answers and improve them. A user can run 10 at once; in sessions with a user label, 10 per label. More fail with RATE_LIMITED. Follow it with the subscription `orchestrationEvents`.",
    args: { input: t.arg({ type: StartOrchestrationInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      orchestration: await startOrchestration(context, withLocalIds(input)),
    }),
  }),
  cancelOrchestration: t.field({
    type: CancelOrchestrationPayload,
    nullable: true,
    description:
      'Cancels an orchestration. When the mutation returns, it writes nothing more and its connection to the provider is closed.',
    args: { input: t.arg({ type: CancelOrchestrationInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      orchestration: await cancelRun(context, 'orchestration', local(input), input.reason ?? null),
    }),
  }),
  retryOrchestration: t.field({
    type: RetryOrchestrationPayload,
    nullable: true,
    description: 'Requeues a failed orchestration. It continues after its last finished call.',
    args: { input: t.arg({ type: RetryOrchestrationInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      orchestration: await retryRun(context, 'orchestration', local(input)),
    }),
  }),
  deleteOrchestration: t.field({
    type: DeleteOrchestrationPayload,
    nullable: true,
    description: 'Deletes an orchestration and its log. One that has not ended is cancelled first.',
    args: { input: t.arg({ type: DeleteOrchestrationInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      await deleteRun(context, 'orchestration', local(input));
      return { deletedId: input.id };
    },
  }),
}));

function local({ id }: { id: string }): string {
  return localId('Orchestration', id, 'input.id');
}

/** The input with local ids. */
function withLocalIds(input: typeof StartOrchestrationInput.$inferInput) {
  return {
    ...input,
    sessionId: optionalId('Session', input.sessionId, 'input.sessionId'),
    threadId: optionalId('Thread', input.threadId, 'input.threadId'),
  };
}
