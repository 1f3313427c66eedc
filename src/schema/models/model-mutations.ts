import { createModel, deleteModel, updateModel } from '../../resolvers/models/update-model.ts';
import type { ModelRow } from '../../store/models/models.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { ModelCapabilityEnum, ProviderEnum } from '../builder/model-enums.ts';
import { ModelType } from './model.ts';

const ModelPricesInput = builder.inputType('ModelPricesInput', {
  description: 'US dollars per million tokens, with at most 6 decimal places.',
  fields: (t) => ({
    input: t.float({ required: true, description: 'Price of input tokens.' }),
    cachedInput: t.float({ description: 'Price of cached input tokens; absent: the input price.' }),
    cacheWrite: t.float({
      description:
        'Price of input tokens written to a cache for five minutes; absent: the input price, for Anthropic 1.25 times the input price.',
    }),
    cacheWriteHour: t.float({
      description:
        'Price of input tokens written to a cache for an hour; absent: the five-minute price, for Anthropic twice the input price.',
    }),
    output: t.float({ required: true, description: 'Price of output tokens.' }),
  }),
});

const PRICES =
  "Prices that override the price list; null: use the price list. On a built-in model, where only admins can set them, they apply to costs and cost limits; runs that have already called the model keep the price they began with. On the viewer's own model they are only for display, selection and estimates.";

const FIRST_TOKEN =
  'For admins, on built-in models: seconds to wait for the first token of an answer, 1 to 86400; null: estimated from the length of the prompt and past calls, at most an hour.';

const CreateModelInput = builder.inputType('CreateModelInput', {
  description:
    'Only `provider` and `modelId` are required; a model of the provider CUSTOM also requires `baseUrl`.',
  fields: (t) => ({
    provider: t.field({ type: ProviderEnum, required: true, description: 'Its provider.' }),
    modelId: t.string({
      required: true,
      description: 'The id sent to the provider verbatim; 1 to 200 printable characters.',
    }),
    isBuiltIn: t.boolean({
      description: 'For admins: true creates it for all accounts. Absent: for the viewer only.',
    }),
    name: t.string({ description: 'Display name, 1 to 200 characters; absent: its id.' }),
    aliases: t.stringList({ description: 'At most 20 other names, which no built-in model may have.' }),
    version: t.string({ description: 'The name its vendor gives it.' }),
    capabilities: t.field({ type: [ModelCapabilityEnum], description: 'Its capabilities.' }),
    specialties: t.stringList({
      description: 'At most 20 keywords for what it is good at, such as `coding`.',
    }),
    contextWindow: t.int({ description: 'Size of its context window in tokens.' }),
    maxOutput: t.int({ description: 'Maximum tokens of one answer.' }),
    firstTokenSeconds: t.int({ description: FIRST_TOKEN }),
    prices: t.field({ type: ModelPricesInput, description: PRICES }),
    supportsVision: t.boolean({ description: 'Whether it accepts images. Default false.' }),
    supportsFunctionCalling: t.boolean({ description: 'Whether it can call tools. Default false.' }),
    isActive: t.boolean({ description: 'Whether it is available. Default true.' }),
    baseUrl: t.string({
      description:
        'For admins, for models of the provider CUSTOM that are available to all accounts: the base URL of its server, such as `https://models.example.com/v1`. Private addresses have to be listed in OUTBOUND_ALLOW.',
    }),
    apiKey: t.string({
      description: 'The API key of a custom model. It is stored encrypted and never shown again.',
    }),
  }),
});

const UpdateModelInput = builder.inputType('UpdateModelInput', {
  description:
    'Omitted fields stay unchanged. A built-in model that an admin has changed is not overwritten by later releases.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The model.' }),
    name: t.string({ description: 'For people, 1 to 200 characters.' }),
    aliases: t.stringList({ description: 'Replaces its other names.' }),
    version: t.string({ description: 'The name its vendor gives it; null removes it.' }),
    capabilities: t.field({ type: [ModelCapabilityEnum], description: 'Replaces its capabilities.' }),
    specialties: t.stringList({ description: 'Replaces its specialties.' }),
    contextWindow: t.int({ description: 'Size of its context window in tokens; null: unknown.' }),
    maxOutput: t.int({ description: 'Maximum tokens of one answer; null: unknown.' }),
    firstTokenSeconds: t.int({ description: FIRST_TOKEN }),
    prices: t.field({ type: ModelPricesInput, description: PRICES }),
    supportsVision: t.boolean({ description: 'Whether it accepts images.' }),
    supportsFunctionCalling: t.boolean({ description: 'Whether it can call tools.' }),
    isActive: t.boolean({ description: 'False: it is neither chosen nor accepted in requests.' }),
    baseUrl: t.string({ description: 'Custom models: the base URL of its server.' }),
    apiKey: t.string({ description: 'Custom models: a new API key; null removes it.' }),
    forgetQuirks: t.boolean({
      description:
        'True: clears `quirks`, after the server has changed. Quirks that still apply are learned again. Other processes notice within five minutes.',
    }),
  }),
});

const DeleteModelInput = idInput(
  'DeleteModelInput',
  'The model.',
  'Only an admin can delete a built-in model.',
);

function payload(name: string, description: string) {
  return builder.objectRef<{ model: ModelRow }>(name).implement({
    description,
    fields: (t) => ({
      model: t.expose('model', { type: ModelType, description: 'The model after the change.' }),
    }),
  });
}

const CreateModelPayload = payload('CreateModelPayload', 'A new model.');
const UpdateModelPayload = payload('UpdateModelPayload', 'A changed model.');

const DeleteModelPayload = deletedPayload('DeleteModelPayload', 'A deleted model.');

builder.mutationFields((t) => ({
  createModel: t.field({
    type: CreateModelPayload,
    nullable: true,
    description: 'Adds a model to the catalog: for the viewer, or, by an admin, for all accounts.',
    args: { input: t.arg({ type: CreateModelInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ model: await createModel(context, input) }),
  }),
  updateModel: t.field({
    type: UpdateModelPayload,
    nullable: true,
    description: "Updates one of the viewer's models or, as an admin, a built-in one.",
    args: { input: t.arg({ type: UpdateModelInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      model: await updateModel(context, localId('Model', id, 'input.id'), input),
    }),
  }),
  deleteModel: t.field({
    type: DeleteModelPayload,
    nullable: true,
    description:
      "Deletes one of the viewer's models or, as an admin, a built-in one. Tasks that name it are not changed.",
    args: { input: t.arg({ type: DeleteModelInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteModel(context, localId('Model', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
