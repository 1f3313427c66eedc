import { type HandedToken, inviteUser } from '../../resolvers/accounts/invitations.ts';
import { createPasswordReset, resetPassword } from '../../resolvers/accounts/password-resets.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { loginPayload } from './login-payload.ts';

const InviteUserInput = builder.inputType('InviteUserInput', {
  description: 'An address that is already registered fails with CONFLICT.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The address that may register.' }),
  }),
});

const InviteUserPayload = builder.objectRef<HandedToken>('InviteUserPayload').implement({
  description: 'An invitation. Polyphony does not send it; pass the token on to the invited person.',
  fields: (t) => ({
    inviteToken: t.string({
      description: 'Use it once, with `register`. It is not stored and cannot be shown again.',
      resolve: ({ token }) => token,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it expires, one week after creation.',
    }),
  }),
});

const CreatePasswordResetInput = idInput(
  'CreatePasswordResetInput',
  'The account.',
  'The account must have a password; its logins continue until the token is used.',
);

const CreatePasswordResetPayload = builder.objectRef<HandedToken>('CreatePasswordResetPayload').implement({
  description: 'A password reset. Polyphony does not send it; pass the token on to the owner of the account.',
  fields: (t) => ({
    resetToken: t.string({
      description: 'Use it once, with `resetPassword`. It is not stored and cannot be shown again.',
      resolve: ({ token }) => token,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it expires, one day after creation.',
    }),
  }),
});

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A token that is unknown, expired or used fails with FORBIDDEN.',
  fields: (t) => ({
    resetToken: t.string({ required: true, description: 'A reset token from an admin.' }),
    newPassword: t.string({
      required: true,
      description: '8 to 200 characters, and none of the most common passwords.',
    }),
  }),
});

const ResetPasswordPayload = loginPayload(
  'ResetPasswordPayload',
  'A new login; all earlier logins of the account have ended.',
);

builder.mutationFields((t) => ({
  inviteUser: t.field({
    type: InviteUserPayload,
    nullable: true,
    description:
      'For admins: invites an e-mail address to register, regardless of `REGISTRATION`. Replaces an earlier invitation of the same address.',
    args: { input: t.arg({ type: InviteUserInput, required: true }) },
    resolve: (_root, { input }, context) => inviteUser(context, input),
  }),
  createPasswordReset: t.field({
    type: CreatePasswordResetPayload,
    nullable: true,
    description:
      'For admins: creates a token with which the owner of an account can set a new password. The current password stays valid until it is used.',
    args: { input: t.arg({ type: CreatePasswordResetInput, required: true }) },
    resolve: (_root, { input: { id } }, context) =>
      createPasswordReset(context, localId('User', id, 'input.id')),
  }),
  resetPassword: t.field({
    type: ResetPasswordPayload,
    nullable: true,
    description:
      "Sets an account's password with a token from an admin, and ends all its logins. Ignores credentials.",
    args: { input: t.arg({ type: ResetPasswordInput, required: true }) },
    resolve: (_root, { input }, context) => resetPassword(context, input),
  }),
}));
