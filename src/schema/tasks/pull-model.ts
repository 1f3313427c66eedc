import { pullModel } from '../../resolvers/tasks/pull-model.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { builder } from '../builder/builder.ts';
import { TaskType } from './task.ts';

const PullModelInput = builder.inputType('PullModelInput', {
  fields: (t) => ({
    model: t.string({ required: true, description: 'As Ollama calls it: `llama3.2`, `qwen3:8b`.' }),
    idempotencyKey: t.string({
      description: 'Equal requests with one key make one task; another request with it is a CONFLICT.',
    }),
  }),
});

const PullModelPayload = builder.objectRef<{ task: TaskRow }>('PullModelPayload').implement({
  description: 'A model that is on its way.',
  fields: (t) => ({
    task: t.expose('task', { type: TaskType, description: 'A task of the kind PULL.' }),
  }),
});

builder.mutationField('pullModel', (t) =>
  t.field({
    type: PullModelPayload,
    nullable: true,
    description:
      'For admins: has Ollama fetch a model. Follow it with `taskEvents`, where `ProgressMade` tells how far it has come; `cancelTask` ends it.',
    args: { input: t.arg({ type: PullModelInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ task: await pullModel(context, input) }),
  }),
);
