import { isConfigured, type ProviderState, providers } from '../../resolvers/models/providers.ts';
import { builder } from '../builder/builder.ts';
import { ProviderEnum } from '../builder/model-enums.ts';
import { ModelType } from './model.ts';

const ProviderStateType = builder.objectRef<ProviderState>('ProviderState').implement({
  description: 'A provider and its state in this installation.',
  fields: (t) => ({
    provider: t.expose('id', { type: ProviderEnum, description: 'The provider.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    configured: t.boolean({
      description:
        'Whether it is configured: with a key or an address; CUSTOM needs a model, and OLLAMA has to be reachable.',
      resolve: (state, _arguments, context) => isConfigured(context, state),
    }),
    reachable: t.boolean({
      description:
        'Whether it sent any response within the last ten seconds; for CUSTOM, one of its first five addresses.',
      resolve: ({ id }, _arguments, { reach }) => reach.isReachable(id),
    }),
    modelsCount: t.exposeInt('modelsCount', { description: 'Number of its available models.' }),
    defaultModel: t.expose('defaultModel', {
      type: ModelType,
      nullable: true,
      description: 'The model chosen among them by default; null: it has none.',
    }),
  }),
});

builder.queryField('providers', (t) =>
  t.field({
    type: [ProviderStateType],
    nullable: true,
    description: 'All known providers. `selectModel` returns the model that a task without one gets.',
    resolve: (_root, _arguments, context) => providers(context),
  }),
);
