import { changePassword } from '../../resolvers/accounts/change-password.ts';
import { login } from '../../resolvers/accounts/logins/login.ts';
import { logout, logoutEverywhere } from '../../resolvers/accounts/logins/logout.ts';
import { refreshLogin } from '../../resolvers/accounts/logins/refresh-login.ts';
import { register } from '../../resolvers/accounts/register.ts';
import type { AccountRow } from '../../store/accounts/accounts.ts';
import { builder } from '../builder/builder.ts';
import { UserType } from './account.ts';
import { loginPayload } from './login-payload.ts';

const NEW_PASSWORD = '8 to 200 characters, and none of the most common passwords.';

const RegisterInput = builder.inputType('RegisterInput', {
  description: 'An address that is already registered fails with CONFLICT.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'An e-mail address that is not registered yet.' }),
    password: t.string({ required: true, description: NEW_PASSWORD }),
    name: t.string({
      required: true,
      description:
        'Display name, 1 to 200 characters. The first account with a name can log in with it, unless it contains an `@`.',
    }),
    inviteToken: t.string({
      description: 'The token of an invitation; required where registration is restricted.',
    }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'Exactly one of `email` and `username` is required.',
  fields: (t) => ({
    email: t.string({ description: 'The address that was registered.' }),
    username: t.string({
      description:
        'Alternative to `email`: the address, or the name of the account if it was the first with that name.',
    }),
    password: t.string({ required: true, description: 'Its password.' }),
  }),
});

const RefreshLoginInput = builder.inputType('RefreshLoginInput', {
  description: 'The token is used up; continue with the refresh token of the response.',
  fields: (t) => ({
    refreshToken: t.string({
      required: true,
      description: 'The most recent refresh token. Using an older one again ends the login.',
    }),
  }),
});

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'A wrong current password fails with WRONG_CREDENTIALS and counts as a failed login.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'The current password.' }),
    newPassword: t.string({ required: true, description: NEW_PASSWORD }),
  }),
});

function userPayload(name: string, description: string) {
  return builder.objectRef<{ user: AccountRow }>(name).implement({
    description,
    fields: (t) => ({ user: t.expose('user', { type: UserType, description: 'The account.' }) }),
  });
}

const RegisterPayload = loginPayload('RegisterPayload', 'A new account, logged in.');
const LoginPayload = loginPayload('LoginPayload', 'A new login.');
const RefreshLoginPayload = loginPayload('RefreshLoginPayload', 'New tokens for an existing login.');
const ChangePasswordPayload = loginPayload(
  'ChangePasswordPayload',
  'A new login; all earlier logins of the account have ended.',
);
const LogoutPayload = userPayload('LogoutPayload', 'A login that has ended.');
const LogoutEverywherePayload = userPayload('LogoutEverywherePayload', 'An account whose logins have ended.');

builder.mutationFields((t) => ({
  register: t.field({
    type: RegisterPayload,
    nullable: true,
    description:
      'Registers an account. The first account of an installation becomes its admin. Ignores credentials in the request headers.',
    args: { input: t.arg({ type: RegisterInput, required: true }) },
    resolve: (_root, { input }, context) => register(context, input),
  }),
  login: t.field({
    type: LoginPayload,
    nullable: true,
    description:
      'Logs in with an e-mail address or name and a password. Fails with WRONG_CREDENTIALS if they do not match. Ignores credentials in the request headers.',
    args: { input: t.arg({ type: LoginInput, required: true }) },
    resolve: (_root, { input }, context) => login(context, input),
  }),
  refreshLogin: t.field({
    type: RefreshLoginPayload,
    nullable: true,
    description:
      'Exchanges a refresh token, which works only once, for a new token and a new refresh token. Ignores credentials in the request headers.',
    args: { input: t.arg({ type: RefreshLoginInput, required: true }) },
    resolve: (_root, { input }, context) => refreshLogin(context, input),
  }),
  changePassword: t.field({
    type: ChangePasswordPayload,
    nullable: true,
    description: "Sets the viewer's password and ends all other logins of the account. API keys stay valid.",
    args: { input: t.arg({ type: ChangePasswordInput, required: true }) },
    resolve: (_root, { input }, context) => changePassword(context, input),
  }),
  logout: t.field({
    type: LogoutPayload,
    nullable: true,
    description:
      'Ends the login that the request is authenticated with. Within a second its tokens are rejected and its open sockets and streams are closed.',
    resolve: async (_root, _arguments, context) => ({ user: await logout(context) }),
  }),
  logoutEverywhere: t.field({
    type: LogoutEverywherePayload,
    nullable: true,
    description: "Ends all logins of the viewer's account, this one included. API keys stay valid.",
    resolve: async (_root, _arguments, context) => ({ user: await logoutEverywhere(context) }),
  }),
}));
