import { estimatedCost, model, modelById, models } from '../../resolvers/models/list-models.ts';
import { pricesOf } from '../../rules/models/price-list.ts';
import type { Prices } from '../../rules/money/money.ts';
import type { ModelRow } from '../../store/models/models.ts';
import { builder } from '../builder/builder.ts';
import { ModelCapabilityEnum, ProviderEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { modelPageCost } from '../builder/page-cost.ts';

const ModelPricesType = builder.objectRef<Prices>('ModelPrices').implement({
  description: 'US dollars per million tokens.',
  fields: (t) => ({
    input: t.float({ description: 'Of what is sent.', resolve: ({ input }) => Number(input) }),
    cachedInput: t.float({
      nullable: true,
      description: 'Of what is sent and comes from a cache; null: as much as any other.',
      resolve: ({ cachedInput }) => (cachedInput === null ? null : Number(cachedInput)),
    }),
    cacheWrite: t.float({
      nullable: true,
      description:
        "Of what is sent and written to the provider's cache for five minutes; null: as much as any other.",
      resolve: ({ cacheWrite }) => (cacheWrite == null ? null : Number(cacheWrite)),
    }),
    cacheWriteHour: t.float({
      nullable: true,
      description: 'Of what is written to it for an hour; null: as for five minutes.',
      resolve: ({ cacheWriteHour }) => (cacheWriteHour == null ? null : Number(cacheWriteHour)),
    }),
    output: t.float({ description: 'Of what is generated.', resolve: ({ output }) => Number(output) }),
  }),
});

export const ModelType = builder.objectRef<ModelRow>('Model');
builder.node(ModelType, {
  description: 'A model of the catalog.',
  id: { description: 'For every argument that asks for a model.', resolve: ({ id }) => id },
  isTypeOf: (value) =>
    typeof value === 'object' && value !== null && 'modelId' in value && 'aliases' in value,
  loadWithoutCache: (id, context) => modelById(context, id),
  fields: (t) => ({
    modelId: t.exposeString('modelId', { description: 'What its provider is sent, verbatim.' }),
    provider: t.expose('provider', { type: ProviderEnum, description: 'Who serves it.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    aliases: t.exposeStringList('aliases', { description: 'Other names that a task may use for it.' }),
    version: t.exposeString('version', { nullable: true, description: 'As its maker calls it.' }),
    capabilities: t.expose('capabilities', { type: [ModelCapabilityEnum], description: 'What it can do.' }),
    specialties: t.exposeStringList('specialties', { description: 'What it is said to be good at.' }),
    contextWindow: t.exposeInt('contextWindow', {
      nullable: true,
      description: 'Tokens that it can take; null: unknown.',
    }),
    maxOutput: t.exposeInt('maxOutput', {
      nullable: true,
      description: 'Tokens that it can generate in one answer; null: unknown.',
    }),
    firstTokenSeconds: t.exposeInt('firstTokenSeconds', {
      nullable: true,
      description:
        'Seconds that its server may take to the first token of an answer; null: by the length of the prompt and what it has shown.',
    }),
    prices: t.field({
      type: ModelPricesType,
      nullable: true,
      description: 'What short prompts cost; null: unknown, which is not free.',
      resolve: (row) => pricesOf(row.ownPrices, { ...row, model: row.modelId }, 0),
    }),
    estimatedCost: t.float({
      nullable: true,
      description: 'US dollars of sending so many tokens, without the answer; null: the price is unknown.',
      args: { inputTokens: t.arg.int({ required: true }) },
      resolve: (row, given) => estimatedCost(row, given),
    }),
    hasOwnPrices: t.boolean({
      description: 'Whether an admin set its prices; else they are those of the price list of this build.',
      resolve: ({ ownPrices }) => ownPrices !== null,
    }),
    baseUrl: t.string({
      nullable: true,
      description: 'For admins, of a custom model: where it is served.',
      resolve: ({ baseUrl }, _arguments, { viewer }) => (viewer?.isAdmin ? baseUrl : null),
    }),
    hasApiKey: t.exposeBoolean('hasApiKey', {
      description: 'Whether a custom model is asked with an API key; the key itself is never shown.',
    }),
    supportsVision: t.exposeBoolean('supportsVision', { description: 'Whether it sees pictures.' }),
    supportsFunctionCalling: t.exposeBoolean('supportsFunctionCalling', {
      description: 'Whether it can call tools.',
    }),
    quirks: t.exposeStringList('quirks', {
      description:
        'Adjustments to requests, learned from what the server of the model refused. `no_temperature`: the parameter is omitted; `no_cache_control`: nothing is marked for its cache; `no_responses`: chat completions are used instead of the Responses API of OpenAI, `no_chat_completions`: the reverse; `basic_reasoning_effort`: efforts other than low, medium and high become the nearest of them; `max_completion_tokens`: the output limit is sent under that name.',
    }),
    isActive: t.boolean({
      description: 'Whether it is offered: nobody took it out of use, and its provider still has it.',
      resolve: ({ isActive, isPresent }) => isActive && isPresent,
    }),
    isBuiltIn: t.boolean({
      description: "Whether it is everybody's; else it is the viewer's own.",
      resolve: ({ ownerId }) => ownerId === null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it came into the catalog.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ModelFilter = builder.inputType('ModelFilter', {
  fields: (t) => ({
    provider: t.field({ type: ProviderEnum, description: 'Only models of this one.' }),
    providers: t.field({ type: [ProviderEnum], description: 'Only models of one of these.' }),
    capability: t.field({ type: ModelCapabilityEnum, description: 'Only models that can do this.' }),
    isActive: t.boolean({ description: 'Only models that are offered, or that are not.' }),
    search: t.string({
      description: 'Part of an id, a name or an alias, in any case; at most 200 characters.',
    }),
  }),
});

builder.queryFields((t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    description: "A built-in model or one of the viewer's own. Give `id` or `name`.",
    args: {
      id: t.arg.id({ description: 'Its id, as GraphQL printed it.' }),
      name: t.arg.string({
        description:
          'What a task would call it: an id of its provider, `provider/id` or an alias. One that is not offered is found, too.',
      }),
    },
    resolve: (_root, { id, name }, context) =>
      model(context, { id: id ? localId('Model', id) : null, name: name ?? null }),
  }),
  models: t.connection({
    type: ModelType,
    nullable: true,
    description:
      "The built-in models and the viewer's own, newest first. `first` or `last`: 1 to 1000, default 20.",
    complexity: modelPageCost,
    args: { ...pageArguments, filter: t.arg({ type: ModelFilter }) },
    resolve: (_root, { filter, ...page }, context) => models(context, page, filter),
  }),
}));
