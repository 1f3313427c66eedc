import { createModel, deleteModel, updateModel } from '../../resolvers/models/update-model.ts';
import type { ModelRow } from '../../store/models/models.ts';
import { builder } from '../builder/builder.ts';
import { ModelCapabilityEnum, ProviderEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { ModelType } from './model.ts';

const ModelPricesInput = builder.inputType('ModelPricesInput', {
  description: 'US dollars per million tokens, with at most 6 decimal places.',
  fields: (t) => ({
    input: t.float({ required: true, description: 'Of what is sent.' }),
    cachedInput: t.float({ description: 'Of what comes from a cache; absent: as much as any other.' }),
    cacheWrite: t.float({
      description:
        'Of what is written to a cache for five minutes; absent: as much as any other, at Anthropic 1.25 times.',
    }),
    cacheWriteHour: t.float({
      description:
        'Of what is written to it for an hour; absent: as for five minutes, at Anthropic twice `input`.',
    }),
    output: t.float({ required: true, description: 'Of what is generated.' }),
  }),
});

const PRICES =
  "For admins, of built-in models: prices that go before the price list's; null: the list's. A run that asks the model already goes on at the price that it began with.";

const FIRST_TOKEN =
  'For admins, of built-in models: seconds that the server may take to the first token of an answer, 1 to 86400; null: by the length of the prompt and what the model has shown, at most an hour.';

const CreateModelInput = builder.inputType('CreateModelInput', {
  fields: (t) => ({
    provider: t.field({ type: ProviderEnum, required: true, description: 'Who serves it.' }),
    modelId: t.string({
      required: true,
      description: 'What the provider is sent, verbatim; 1 to 200 printable characters.',
    }),
    isBuiltIn: t.boolean({ description: "For admins: true makes it everybody's. Absent: the viewer's own." }),
    name: t.string({ description: 'For people, 1 to 200 characters; absent: its id.' }),
    aliases: t.stringList({ description: 'At most 20 other names, none of them that of a built-in model.' }),
    version: t.string({ description: 'As its maker calls it.' }),
    capabilities: t.field({ type: [ModelCapabilityEnum], description: 'What it can do.' }),
    specialties: t.stringList({ description: 'At most 20 words for what it is good at, such as `coding`.' }),
    contextWindow: t.int({ description: 'Tokens that it can take.' }),
    maxOutput: t.int({ description: 'Tokens that it can generate in one answer.' }),
    firstTokenSeconds: t.int({ description: FIRST_TOKEN }),
    prices: t.field({ type: ModelPricesInput, description: PRICES }),
    supportsVision: t.boolean({ description: 'Whether it sees pictures; absent: no.' }),
    supportsFunctionCalling: t.boolean({ description: 'Whether it can call tools; absent: no.' }),
    isActive: t.boolean({ description: 'Whether it is offered; absent: yes.' }),
    baseUrl: t.string({
      description:
        "For admins, of the provider CUSTOM, whose models are everybody's: where it is served, such as `https://models.example.com/v1`. OUTBOUND_ALLOW has to name private addresses.",
    }),
    apiKey: t.string({ description: 'The key of a custom model. It is encrypted and never shown again.' }),
  }),
});

const UpdateModelInput = builder.inputType('UpdateModelInput', {
  description:
    'What is absent stays as it is. A built-in model that an admin changed is left alone by later builds.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The model.' }),
    name: t.string({ description: 'For people, 1 to 200 characters.' }),
    aliases: t.stringList({ description: 'All its other names.' }),
    version: t.string({ description: 'As its maker calls it; null: none.' }),
    capabilities: t.field({ type: [ModelCapabilityEnum], description: 'All that it can do.' }),
    specialties: t.stringList({ description: 'All that it is good at.' }),
    contextWindow: t.int({ description: 'Tokens that it can take; null: unknown.' }),
    maxOutput: t.int({ description: 'Tokens that it can generate in one answer; null: unknown.' }),
    firstTokenSeconds: t.int({ description: FIRST_TOKEN }),
    prices: t.field({ type: ModelPricesInput, description: PRICES }),
    supportsVision: t.boolean({ description: 'Whether it sees pictures.' }),
    supportsFunctionCalling: t.boolean({ description: 'Whether it can call tools.' }),
    isActive: t.boolean({ description: 'False: it is neither chosen nor may be named.' }),
    baseUrl: t.string({ description: 'Of a custom model: where it is served.' }),
    apiKey: t.string({ description: 'Of a custom model: another key; null: none.' }),
    forgetQuirks: t.boolean({
      description:
        'True: empties `quirks`, for a server that has changed; those that still hold are learned again. Each process notices within five minutes.',
    }),
  }),
});

const DeleteModelInput = builder.inputType('DeleteModelInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The model.' }) }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ model: ModelRow }>(name).implement({
    description,
    fields: (t) => ({
      model: t.expose('model', { type: ModelType, description: 'The model, as it is now.' }),
    }),
  });
}

const CreateModelPayload = payload('CreateModelPayload', 'A fresh model.');
const UpdateModelPayload = payload('UpdateModelPayload', 'A changed model.');

const DeleteModelPayload = builder.objectRef<{ deletedId: string }>('DeleteModelPayload').implement({
  description: 'A model that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  createModel: t.field({
    type: CreateModelPayload,
    nullable: true,
    description: "Adds a model to the catalog: the viewer's own, or, by an admin, everybody's.",
    args: { input: t.arg({ type: CreateModelInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ model: await createModel(context, input) }),
  }),
  updateModel: t.field({
    type: UpdateModelPayload,
    nullable: true,
    description: "Changes one of the viewer's models, or, by an admin, a built-in one.",
    args: { input: t.arg({ type: UpdateModelInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      model: await updateModel(context, localId('Model', id, 'input.id'), input),
    }),
  }),
  deleteModel: t.field({
    type: DeleteModelPayload,
    nullable: true,
    description:
      "Takes one of the viewer's models, or, by an admin, a built-in one, out of the catalog. Tasks that name it keep what they have.",
    args: { input: t.arg({ type: DeleteModelInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteModel(context, localId('Model', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
