import type { Login } from '../../resolvers/accounts/logins/begin-login.ts';
import { builder } from '../builder/builder.ts';
import { UserType } from './account.ts';

/** The payload of all mutations that log in. */
export function loginPayload(name: string, description: string) {
  return builder.objectRef<Login>(name).implement({
    description,
    fields: (t) => ({
      user: t.expose('user', { type: UserType, description: 'The account.' }),
      token: t.exposeString('token', { description: 'Send it as `Authorization: Bearer <token>`.' }),
      refreshToken: t.exposeString('refreshToken', {
        description:
          'Use it once, with `refreshLogin`, within 30 days. It grants access to the account: store it like a password.',
      }),
      expiresInSeconds: t.exposeInt('expiresIn', { description: 'Seconds until `token` expires.' }),
    }),
  });
}
