import { pullModel } from '../../resolvers/tasks/pull-model.ts';
import { builder } from '../builder/builder.ts';
import { newTaskPayload } from './new-task-payload.ts';

const PullModelInput = builder.inputType('PullModelInput', {
  description: 'Only `model` is required; a request without an `idempotencyKey` always creates another task.',
  fields: (t) => ({
    model: t.string({
      required: true,
      description: 'The name of the model in Ollama, such as `llama3.2` or `qwen3:8b`.',
    }),
    idempotencyKey: t.string({
      description:
        'Repeating the same request with the same key returns the same task; a different request with the key fails with CONFLICT.',
    }),
  }),
});

const PullModelPayload = newTaskPayload(
  'PullModelPayload',
  'A model being pulled.',
  'The task, of the kind PULL.',
);

builder.mutationField('pullModel', (t) =>
  t.field({
    type: PullModelPayload,
    nullable: true,
    description:
      'For admins: makes Ollama download a model. Follow it with `taskEvents`, where `ProgressMade` reports the progress; `cancelTask` stops it.',
    args: { input: t.arg({ type: PullModelInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ task: await pullModel(context, input) }),
  }),
);
