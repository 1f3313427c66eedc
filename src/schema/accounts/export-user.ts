import { exportedAccount } from '../../resolvers/accounts/export-account.ts';
import type { AccountRow } from '../../store/accounts/accounts.ts';
import { builder } from '../builder/builder.ts';
import { globalId, localId } from '../builder/global-id.ts';

const UserExportType = builder.objectRef<AccountRow>('UserExport').implement({
  description: 'Where the data of an account can be downloaded.',
  fields: (t) => ({
    url: t.string({
      description:
        'Path on this server. GET it with the same credentials. The response is streamed as NDJSON, one line of JSON for each object. The last line has the type `end` and the number of lines of each type; if it is missing, the download is incomplete. Each download is recorded in the audit log.',
      resolve: ({ id }) => `/exports/${globalId('User', id)}`,
    }),
  }),
});

builder.queryField('exportUser', (t) =>
  t.field({
    type: UserExportType,
    nullable: true,
    description:
      'Returns the URL of a download with all data of an account: its sessions, threads, runs with their calls and events, artifacts, agents, templates, workflows, integrations, models, API keys, audit log and usage, without passwords, keys and credentials. Only for the account itself and for admins.',
    args: { id: t.arg.id({ description: 'The account; null: that of the viewer.' }) },
    resolve: (_root, { id }, context) =>
      exportedAccount(context, id == null ? null : localId('User', id, 'id'), 'id'),
  }),
);
