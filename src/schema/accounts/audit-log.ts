import { auditLog } from '../../resolvers/accounts/audit-log.ts';
import type { AuditRow } from '../../store/accounts/audit.ts';
import { AUDIT_ACTIONS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';
import { pageCost } from '../builder/page-cost.ts';
import { UserType } from './account.ts';

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What the audit log records.',
  values: capitals(AUDIT_ACTIONS, {
    admin_granted: 'An account became an admin.',
    admin_revoked: 'An account is no longer an admin.',
    api_key_created: 'An API key was created.',
    api_key_deleted: 'An API key was deleted.',
    api_key_rotated: 'An API key was given a new secret.',
    invitation_created: 'An admin invited a new account.',
    logged_out_everywhere: 'All logins of an account were ended.',
    password_changed: 'An account changed its password.',
    password_reset: 'A password was set with a code for a reset.',
    password_reset_created: 'An admin created a code to reset a password.',
    refresh_token_reused: 'A refresh token was used again, which ended its login.',
    runs_cancelled: 'An account had many of its runs cancelled.',
    runs_deleted: 'An account had many of its runs deleted.',
    runs_retried: 'An account had many of its runs retried.',
    user_deleted: 'An account was deleted.',
    user_disabled: 'An admin disabled an account.',
    user_enabled: 'An admin enabled an account again.',
    user_exported: 'The data of an account was exported.',
    user_limits_changed: 'An admin changed the limits of an account.',
    user_registered: 'An account was registered.',
    user_retention_changed: 'An admin changed for how long the data of an account is kept.',
  }),
});

const AuditEntryType = builder.objectRef<AuditRow>('AuditEntry').implement({
  description:
    'An action on an account or a credential. Entries are kept for a year, even if the account or the credential is deleted. Of actions of accounts on their own keys and logins, the newest 1,000 entries per action and account are kept.',
  fields: (t) => ({
    at: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
    actor: t.field({
      type: UserType,
      nullable: true,
      description: 'The account that performed it; null if that account has been deleted.',
      resolve: ({ actorId }, _arguments, { loaders }) =>
        actorId === null ? null : loaders.accounts.load(actorId),
    }),
    actorEmail: t.exposeString('actorEmail', {
      nullable: true,
      description: 'The e-mail address of that account at the time.',
    }),
    action: t.expose('action', { type: AuditActionEnum, description: 'The action.' }),
    subject: t.exposeString('subject', {
      nullable: true,
      description:
        'Id of the affected object; for an invitation its e-mail address, and for many runs the bulk operation.',
    }),
  }),
});

const AuditEntryConnection = builder.connectionObject(
  {
    type: AuditEntryType,
    name: 'AuditEntryConnection',
    description: 'A page of audit log entries.',
  },
  { name: 'AuditEntryEdge', description: 'An entry of the audit log with its position in a list.' },
);

builder.queryField('auditLog', (t) =>
  t.connection(
    {
      type: AuditEntryType,
      nullable: true,
      description:
        'For admins: actions on accounts and credentials, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
      complexity: pageCost,
      resolve: (_root, page, context) => auditLog(context, page),
    },
    AuditEntryConnection,
  ),
);
