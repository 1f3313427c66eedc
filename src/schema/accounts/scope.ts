import { SCOPES } from '../../vocabulary.ts';
import { builder } from '../builder.ts';
import { capitals } from '../capitals.ts';

export const ScopeEnum = builder.enumType('Scope', {
  description: 'What an API key may do.',
  values: capitals(SCOPES, {
    read: 'Read what the account owns, and follow its runs.',
    run: 'Create, change and control runs, and what they are made of.',
    admin: "Manage the account's credentials, integrations and models; for an admin, the installation.",
  }),
});
