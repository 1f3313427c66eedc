import { estimatedCost, modelById, modelByName, models } from '../../resolvers/models/list-models.ts';
import { pricesOf } from '../../rules/models/price-list.ts';
import type { Prices } from '../../rules/money/money.ts';
import type { ModelRow } from '../../store/models/models.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { ModelCapabilityEnum, ProviderEnum } from '../builder/model-enums.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { modelPageCost } from '../builder/page-cost.ts';

const ModelPricesType = builder.objectRef<Prices>('ModelPrices').implement({
  description: 'US dollars per million tokens.',
  fields: (t) => ({
    input: t.float({ description: 'Price of input tokens.', resolve: ({ input }) => Number(input) }),
    cachedInput: t.float({
      nullable: true,
      description: 'Price of cached input tokens; null: the input price.',
      resolve: ({ cachedInput }) => (cachedInput === null ? null : Number(cachedInput)),
    }),
    cacheWrite: t.float({
      nullable: true,
      description:
        'Price of input tokens written to the cache of the provider for five minutes; null: the input price.',
      resolve: ({ cacheWrite }) => (cacheWrite == null ? null : Number(cacheWrite)),
    }),
    cacheWriteHour: t.float({
      nullable: true,
      description: 'Price of input tokens written to the cache for an hour; null: the five-minute price.',
      resolve: ({ cacheWriteHour }) => (cacheWriteHour == null ? null : Number(cacheWriteHour)),
    }),
    output: t.float({ description: 'Price of output tokens.', resolve: ({ output }) => Number(output) }),
  }),
});

export const ModelType = builder.objectRef<ModelRow>('Model');
builder.node(ModelType, {
  description: 'A model of the catalog.',
  id: { description: "Global id; pass it to any argument that takes a model's id.", resolve: ({ id }) => id },
  fields: (t) => ({
    modelId: t.exposeString('modelId', { description: 'The id sent to its provider, verbatim.' }),
    provider: t.expose('provider', { type: ProviderEnum, description: 'Its provider.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    aliases: t.exposeStringList('aliases', { description: 'Other names by which tasks may refer to it.' }),
    version: t.exposeString('version', { nullable: true, description: 'The name its vendor gives it.' }),
    capabilities: t.expose('capabilities', { type: [ModelCapabilityEnum], description: 'Its capabilities.' }),
    specialties: t.exposeStringList('specialties', { description: 'Keywords for what it is good at.' }),
    contextWindow: t.exposeInt('contextWindow', {
      nullable: true,
      description: 'Size of its context window in tokens; null: unknown.',
    }),
    maxOutput: t.exposeInt('maxOutput', {
      nullable: true,
      description: 'Maximum tokens of one answer; null: unknown.',
    }),
    firstTokenSeconds: t.exposeInt('firstTokenSeconds', {
      nullable: true,
      description:
        'Seconds to wait for the first token of an answer; null: estimated from the length of the prompt and past calls.',
    }),
    prices: t.field({
      type: ModelPricesType,
      nullable: true,
      description:
        'Prices for short prompts; null: unknown, which does not mean free. Prices that the viewer set on an own model are only for display, selection and estimates: costs and cost limits follow the price list and the prices that admins set.',
      resolve: (row) => pricesOf(row.ownPrices, { ...row, model: row.modelId }, 0),
    }),
    estimatedCost: t.float({
      nullable: true,
      description:
        'US dollars for sending this number of tokens, without the answer; null: the price is unknown.',
      args: { inputTokens: t.arg.int({ required: true, description: 'The number of tokens to send.' }) },
      resolve: (row, given) => estimatedCost(row, given),
    }),
    hasOwnPrices: t.boolean({
      description:
        'Whether its prices were set by its owner or, for a built-in model, by an admin; otherwise they come from the price list of this release.',
      resolve: ({ ownPrices }) => ownPrices !== null,
    }),
    baseUrl: t.string({
      nullable: true,
      description: 'For admins, custom models: the base URL of its server.',
      resolve: ({ baseUrl }, _arguments, { viewer }) => (viewer?.isAdmin ? baseUrl : null),
    }),
    hasApiKey: t.exposeBoolean('hasApiKey', {
      description: 'Whether a custom model is called with an API key; the key itself is never shown.',
    }),
    supportsVision: t.exposeBoolean('supportsVision', { description: 'Whether it accepts images.' }),
    supportsFunctionCalling: t.exposeBoolean('supportsFunctionCalling', {
      description: 'Whether it can call tools.',
    }),
    quirks: t.exposeStringList('quirks', {
      description:
        'Adjustments to requests, learned from requests that the server of the model rejected. `no_temperature`: the parameter is omitted; `no_cache_control`: no cache markers are sent; `no_responses`: chat completions are used instead of the Responses API of OpenAI, `no_chat_completions`: the reverse; `basic_reasoning_effort`: efforts other than low, medium and high are replaced with the nearest of them; `max_completion_tokens`: the output limit is sent under that name.',
    }),
    isActive: t.boolean({
      description: 'Whether it is available: no one disabled it, and its provider still offers it.',
      resolve: ({ isActive, isPresent }) => isActive && isPresent,
    }),
    isBuiltIn: t.boolean({
      description: 'Whether it is available to all accounts; otherwise it belongs to the viewer.',
      resolve: ({ ownerId }) => ownerId === null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added to the catalog.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ModelFilter = builder.inputType('ModelFilter', {
  description:
    "Matches the built-in models as well as the viewer's own; absent and null fields match every model.",
  fields: (t) => ({
    provider: t.field({ type: ProviderEnum, description: 'Only models of this provider.' }),
    providers: t.field({ type: [ProviderEnum], description: 'Only models of one of these providers.' }),
    capability: t.field({ type: ModelCapabilityEnum, description: 'Only models with this capability.' }),
    isActive: t.boolean({ description: 'Only models that are available, or only those that are not.' }),
    search: t.string({
      description: 'A part of an id, name or alias, case-insensitive; at most 200 characters.',
    }),
  }),
});

const ModelConnection = builder.connectionObject(
  { type: ModelType, name: 'ModelConnection', description: 'A page of models.' },
  { name: 'ModelEdge', description: 'A model with its position in a list.' },
);

const ModelBy = builder.inputType('ModelBy', {
  description: 'Identifies a model by its id or by its name.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Its global id.' }),
    name: t.string({
      description:
        'A name that a task would use: an id of its provider, `provider/id` or an alias. Unavailable models are found, too.',
    }),
  }),
});

builder.queryFields((t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    description: "A built-in model or one of the viewer's own.",
    args: { by: t.arg({ type: ModelBy, required: true, description: 'The id or the name of the model.' }) },
    resolve: (_root, { by: { id, name } }, context) =>
      id == null ? modelByName(context, name!) : modelById(context, localId('Model', id, 'by.id'), 'by.id'),
  }),
  models: t.connection(
    {
      type: ModelType,
      nullable: true,
      description:
        "The built-in models and the viewer's own, newest first. `first`: 0 to 1000, or `last`: 1 to 1000; default 20.",
      complexity: modelPageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: ModelFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => models(context, page, filter),
    },
    ModelConnection,
  ),
}));
