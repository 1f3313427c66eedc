import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, text } from '../shapes/input.ts';
import { showToken, tokenShape } from '../shapes/token.ts';

export const accountEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/auth/login',
    access: 'public',
    input: z.object({ body: jsonBody({ username: text(), password: text() }) }),
    document: graphql(
      `mutation login($input: LoginInput!) { login(input: $input) { token expiresIn: expiresInSeconds } }`,
    ),
    variables: ({ body }) => ({ input: body }),
    body: tokenShape,
    respond: ({ login }) => showToken(login),
    status: 200,
  }),
];
