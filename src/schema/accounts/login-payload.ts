import type { Login } from '../../resolvers/accounts/logins/begin-login.ts';
import { builder } from '../builder/builder.ts';
import { UserType } from './account.ts';

/** What a login of any kind returns. */
export function loginPayload(name: string, description: string) {
  return builder.objectRef<Login>(name).implement({
    description,
    fields: (t) => ({
      user: t.expose('user', { type: UserType, description: 'The account.' }),
      token: t.exposeString('token', { description: 'Send it as `Authorization: Bearer <token>`.' }),
      refreshToken: t.exposeString('refreshToken', {
        description:
          'For `refreshLogin`, once, within 30 days. It gives access to the account: keep it as you keep a password.',
      }),
      expiresIn: t.exposeInt('expiresIn', { description: 'Seconds until `token` expires.' }),
    }),
  });
}
