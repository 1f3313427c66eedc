import { exportedAccount } from '../../resolvers/accounts/export-account.ts';
import type { AccountRow } from '../../store/accounts/accounts.ts';
import { builder } from '../builder/builder.ts';
import { globalId, localId } from '../builder/global-id.ts';

const UserExportType = builder.objectRef<AccountRow>('UserExport').implement({
  description: 'Where the data of an account can be downloaded.',
  fields: (t) => ({
    url: t.string({
      description:
        'Its path on this server. GET it with the same credentials. It is sent as NDJSON, a line of JSON for each object, while it is read; the last line has the type `end` and the numbers of lines, so that a download that was cut is recognised. The download is in the audit log.',
      resolve: ({ id }) => `/exports/${globalId('User', id)}`,
    }),
  }),
});

builder.queryField('exportUser', (t) =>
  t.field({
    type: UserExportType,
    nullable: true,
    description:
      'Everything that is stored of an account: its sessions, threads, runs with their calls and events, artifacts, agents, templates, workflows, integrations, models, API keys, audit log and usage, without passwords, keys and credentials. For the account itself, and for admins.',
    args: { id: t.arg.id({ description: 'The account; null: that of the viewer.' }) },
    resolve: (_root, { id }, context) =>
      exportedAccount(context, id == null ? null : localId('User', id, 'id'), 'id'),
  }),
);
