import { z } from 'zod';
import { endpoint } from '../dialect.ts';
import { graphql } from '../documents.ts';
import { jsonBody, text } from '../input.ts';

export const accountEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/auth/login',
    access: 'public',
    input: z.object({ body: jsonBody({ username: text(), password: text() }) }),
    document: graphql(`mutation login($input: LoginInput!) { login(input: $input) { token expiresIn } }`),
    variables: ({ body }) => ({ input: body }),
    body: z.object({ access_token: z.string(), token_type: z.string(), expires_in: z.int() }),
    respond: ({ login }) => ({
      access_token: login.token,
      token_type: 'bearer',
      expires_in: login.expiresIn,
    }),
    status: 200,
  }),
];
