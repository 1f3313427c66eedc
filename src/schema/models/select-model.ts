import { type ModelSelection, selectModel } from '../../resolvers/models/select-model.ts';
import type { ScoredModel } from '../../rules/models/choice.ts';
import type { ModelCandidate } from '../../store/models/candidates.ts';
import { builder } from '../builder/builder.ts';
import { CircuitEnum, ModelCapabilityEnum, ProviderEnum } from '../builder/model-enums.ts';
import { ModelType } from './model.ts';

const SelectModelInput = builder.inputType('SelectModelInput', {
  description: 'Requirements for a model; absent fields are ignored.',
  fields: (t) => ({
    type: t.string({ description: 'Type of the work, such as `code`: a capability or a specialty.' }),
    requiredCapabilities: t.field({
      type: [ModelCapabilityEnum],
      description: 'Required capabilities; models without all of them are excluded.',
    }),
    specialties: t.stringList({ description: 'Desired specialties, such as `coding`; at most 20.' }),
    contextWindow: t.int({ description: 'Required context window in tokens; smaller models are excluded.' }),
    costSensitivity: t.float({
      description: 'Weight of the price, from 0: irrelevant, to 1: decisive. Default 0.',
    }),
    preferredProvider: t.field({
      type: ProviderEnum,
      description: 'The provider preferred among equally good models.',
    }),
  }),
});

const ScoredModelType = builder.objectRef<ScoredModel<ModelCandidate>>('ScoredModel').implement({
  description: 'A suitable model.',
  fields: (t) => ({
    model: t.field({ type: ModelType, description: 'The model.', resolve: ({ model }) => model.row }),
    score: t.exposeFloat('score', { description: '0 to 1; the model with the highest score is chosen.' }),
    circuit: t.field({
      type: CircuitEnum,
      description: 'Its availability, from its last calls by all accounts.',
      resolve: ({ model }) => model.record.circuit,
    }),
  }),
});

const EstimatedCostType = builder
  .objectRef<Pick<ModelSelection, 'tokens' | 'estimatedCost'>>('EstimatedCost')
  .implement({
    description: 'Price of sending this number of tokens.',
    fields: (t) => ({
      tokens: t.exposeInt('tokens', { description: 'The `contextWindow` of the input, or 1000.' }),
      cost: t.exposeFloat('estimatedCost', {
        nullable: true,
        description: 'US dollars; null: the price is unknown.',
      }),
    }),
  });

const ModelSelectionType = builder.objectRef<ModelSelection>('ModelSelection').implement({
  description: 'The model for these requirements, chosen as for a task that names none.',
  fields: (t) => ({
    selected: t.expose('selected', { type: ScoredModelType, description: 'The best model.' }),
    alternatives: t.expose('alternatives', {
      type: [ScoredModelType],
      description: 'Other suitable models, best first.',
    }),
    reason: t.exposeString('reason', { description: 'Why it is the best model.' }),
    estimatedCost: t.field({
      type: EstimatedCostType,
      description: 'Price of a prompt of this size with it, without the answer.',
      resolve: (selection) => selection,
    }),
  }),
});

builder.queryField('selectModel', (t) =>
  t.field({
    type: ModelSelectionType,
    nullable: true,
    description:
      'The best model for the requirements, with alternatives. With an empty input it is the model that a task without one gets.',
    args: { input: t.arg({ type: SelectModelInput, required: true }) },
    resolve: (_root, { input }, context) => selectModel(context, input),
  }),
);
