import { isConfigured, type ProviderState, providers } from '../../resolvers/models/providers.ts';
import { builder } from '../builder/builder.ts';
import { ProviderEnum } from '../builder/enums.ts';
import { ModelType } from './model.ts';

const ProviderStateType = builder.objectRef<ProviderState>('ProviderState').implement({
  description: 'A provider, as this installation has it.',
  fields: (t) => ({
    id: t.expose('id', { type: ProviderEnum, description: 'Which one.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    configured: t.boolean({
      description:
        'Whether this installation has what it takes to ask it: a key or an address; for CUSTOM a model, and OLLAMA has to be there.',
      resolve: (state, _arguments, context) => isConfigured(context, state),
    }),
    reachable: t.boolean({
      description:
        'Whether it answered within the last ten seconds, with whatever; of CUSTOM, one of its first five addresses.',
      resolve: ({ id }, _arguments, { reach }) => reach.isReachable(id),
    }),
    modelsCount: t.exposeInt('modelsCount', { description: 'How many of its models are offered.' }),
    defaultModel: t.expose('defaultModel', {
      type: ModelType,
      nullable: true,
      description: 'The one that is chosen among them when nothing else is said; null: it has none.',
    }),
  }),
});

builder.queryField('providers', (t) =>
  t.field({
    type: [ProviderStateType],
    nullable: true,
    description:
      'All providers that there can be. What a task gets that names no model, `selectModel` tells.',
    resolve: (_root, _arguments, context) => providers(context),
  }),
);
