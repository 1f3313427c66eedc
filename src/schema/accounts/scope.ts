import { SCOPES } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

export const ScopeEnum = builder.enumType('Scope', {
  description: 'What an API key may do. Scopes do not include each other.',
  values: capitals(SCOPES, {
    read: "Read the account's objects and subscribe to its runs.",
    run: 'Create, change, control and delete runs, sessions, threads, agents, templates and workflows.',
    admin:
      "Manage the account's API keys, logins, integrations and models; for an admin, also other accounts.",
  }),
});
