import { startOrchestration } from '../../resolvers/orchestrations/orchestration.ts';
import { cancelRun, deleteRun, retryRun } from '../../resolvers/runs/run-lifecycle.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { OrchestrationType } from './orchestration.ts';

const StartOrchestrationInput = builder.inputType('StartOrchestrationInput', {
  fields: (t) => ({
    prompt: t.string({ required: true, description: 'What the models are asked, 1 to 1000000 characters.' }),
    domain: t.string({
      description:
        "What kind of work it is, 1 to 100 characters: `coding`, `math`, `writing`. Models with such a specialty or capability go before others. Absent: the thread's.",
    }),
    threadId: t.id({
      description: 'A conversation; the models are sent its completed turns before the prompt.',
    }),
    sessionId: t.id({
      description:
        'A session that it is to be in; its settings hold for what is absent here. Absent: the session of the thread.',
    }),
    preferredModels: t.stringList({
      description:
        'At most 20 models, best first. They answer and evaluate before others do; one that is not there is passed over and told of in `reasoning`.',
    }),
    evaluationThreshold: t.float({
      description: "0 to 10: the score at which an answer is good enough. Absent: the session's, or 8.",
    }),
    maxIterations: t.int({ description: "The most rounds, 1 to 100. Absent: the session's, or 5." }),
    costLimit: t.float({
      description:
        'US dollars that its model calls may cost together. When what is left does not cover another call, the best answer so far is taken; when there is none, it fails with BUDGET_EXCEEDED.',
    }),
    priority: t.int({ description: '1 to 10; a higher number runs first. Absent: 5.' }),
    idempotencyKey: t.string({
      description:
        'Equal requests with one key start one orchestration, also at the same time; another request with it is a CONFLICT.',
    }),
  }),
});

const CancelOrchestrationInput = builder.inputType('CancelOrchestrationInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The orchestration.' }),
    reason: t.string({ description: 'Why, for its log; at most 1000 characters.' }),
  }),
});

const OrchestrationIdInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({ id: t.id({ required: true, description: 'The orchestration.' }) }),
  });
const RetryOrchestrationInput = OrchestrationIdInput('RetryOrchestrationInput');
const DeleteOrchestrationInput = OrchestrationIdInput('DeleteOrchestrationInput');

function payload(name: string, description: string) {
  return builder.objectRef<{ orchestration: OrchestrationRow }>(name).implement({
    description,
    fields: (t) => ({
      orchestration: t.expose('orchestration', {
        type: OrchestrationType,
        description: 'The orchestration, as it is now.',
      }),
    }),
  });
}

const StartOrchestrationPayload = payload('StartOrchestrationPayload', 'A fresh orchestration.');
const CancelOrchestrationPayload = payload('CancelOrchestrationPayload', 'A cancelled orchestration.');
const RetryOrchestrationPayload = payload(
  'RetryOrchestrationPayload',
  'An orchestration that waits for a worker again.',
);

const DeleteOrchestrationPayload = builder
  .objectRef<{ deletedId: string }>('DeleteOrchestrationPayload')
  .implement({
    description: 'A deleted orchestration.',
    fields: (t) => ({
      deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
    }),
  });

builder.mutationFields((t) => ({
  startOrchestration: t.field({
    type: StartOrchestrationPayload,
    nullable: true,
    description:
      'Has models answer a prompt, evaluate each other and improve. At most 10 of a user run at once, in sessions with a user label 10 for each label; another is RATE_LIMITED. Follow it with the subscription `orchestrationEvents`.',
    args: { input: t.arg({ type: StartOrchestrationInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      orchestration: await startOrchestration(context, withLocalIds(input)),
    }),
  }),
  cancelOrchestration: t.field({
    type: CancelOrchestrationPayload,
    nullable: true,
    description:
      "Ends an orchestration. After the answer it writes nothing more, and the provider's connection is closed.",
    args: { input: t.arg({ type: CancelOrchestrationInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      orchestration: await cancelRun(context, 'orchestration', local(input), input.reason ?? null),
    }),
  }),
  retryOrchestration: t.field({
    type: RetryOrchestrationPayload,
    nullable: true,
    description: 'Queues a failed orchestration again; it goes on after its last finished call.',
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

/** The input with the ids that GraphQL printed turned into our own. */
function withLocalIds(input: typeof StartOrchestrationInput.$inferInput) {
  return {
    ...input,
    sessionId: input.sessionId && localId('Session', input.sessionId, 'input.sessionId'),
    threadId: input.threadId && localId('Thread', input.threadId, 'input.threadId'),
  };
}
