import { type ModelSelection, selectModel } from '../../resolvers/models/select-model.ts';
import type { ScoredModel } from '../../rules/models/choice.ts';
import type { ModelCandidate } from '../../store/models/candidates.ts';
import { builder } from '../builder/builder.ts';
import { CircuitEnum, ModelCapabilityEnum, ProviderEnum } from '../builder/enums.ts';
import { ModelType } from './model.ts';

const SelectModelInput = builder.inputType('SelectModelInput', {
  description: 'What a model is wanted for; what is absent does not matter.',
  fields: (t) => ({
    taskType: t.string({ description: 'What it is for, such as `code`; a capability or a specialty.' }),
    requiredCapabilities: t.field({
      type: [ModelCapabilityEnum],
      description: 'Models that lack one of these are left out.',
    }),
    specialties: t.stringList({ description: 'What it is better good at, such as `coding`; at most 20.' }),
    contextSize: t.int({ description: 'Tokens that it has to take; smaller models are left out.' }),
    costSensitivity: t.float({
      description: '0: the price does not matter, to 1: it matters most. Absent: 0.',
    }),
    preferredProvider: t.field({ type: ProviderEnum, description: 'Goes before others that do as well.' }),
  }),
});

const ScoredModelType = builder.objectRef<ScoredModel<ModelCandidate>>('ScoredModel').implement({
  description: 'A model that would do.',
  fields: (t) => ({
    model: t.field({ type: ModelType, description: 'The model.', resolve: ({ model }) => model.row }),
    score: t.exposeFloat('score', { description: '0 to 1; the highest one is chosen.' }),
    circuit: t.field({
      type: CircuitEnum,
      description: 'What its last calls, whoever made them, say about asking it now.',
      resolve: ({ model }) => model.record.circuit,
    }),
  }),
});

const EstimatedCostType = builder
  .objectRef<Pick<ModelSelection, 'tokens' | 'estimatedCost'>>('EstimatedCost')
  .implement({
    description: 'What it costs to send so many tokens.',
    fields: (t) => ({
      tokens: t.exposeInt('tokens', { description: 'The `contextSize`, or 1000.' }),
      cost: t.exposeFloat('estimatedCost', {
        nullable: true,
        description: 'US dollars; null: the price is unknown.',
      }),
    }),
  });

const ModelSelectionType = builder.objectRef<ModelSelection>('ModelSelection').implement({
  description: 'The model for a need, as a task that names none gets it.',
  fields: (t) => ({
    selected: t.expose('selected', { type: ScoredModelType, description: 'The best one.' }),
    alternatives: t.expose('alternatives', {
      type: [ScoredModelType],
      description: 'The others that would do, best first.',
    }),
    reason: t.exposeString('reason', { description: 'Why it is the best one.' }),
    estimatedCost: t.field({
      type: EstimatedCostType,
      description: 'What a prompt of that size costs with it, without the answer.',
      resolve: (selection) => selection,
    }),
  }),
});

builder.queryField('selectModel', (t) =>
  t.field({
    type: ModelSelectionType,
    nullable: true,
    description:
      'The model for a need, with the alternatives. With an empty input it is the one that a task gets that names none.',
    args: { input: t.arg({ type: SelectModelInput, required: true }) },
    resolve: (_root, { input }, context) => selectModel(context, input),
  }),
);
