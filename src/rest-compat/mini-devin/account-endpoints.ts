import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { moment as givenMoment, jsonBody, text } from '../shapes/input.ts';
import { isoSeconds, plainId } from '../shapes/output.ts';
import { showToken, tokenShape } from '../shapes/token.ts';
import { id, moment } from './shapes.ts';

export const accountEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/auth/register',
    access: 'public',
    input: z.object({ body: jsonBody({ email: text(), password: text(), name: text() }) }),
    document: graphql(`mutation register($input: RegisterInput!) {
      register(input: $input) { user { id email name createdAt } }
    }`),
    variables: ({ body }) => ({ input: body }),
    body: z.object({ id, email: z.string(), name: z.string(), created_at: moment }),
    respond: ({ register: { user } }) => ({
      id: plainId(user.id),
      email: user.email,
      name: user.name,
      created_at: isoSeconds(user.createdAt),
    }),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/auth/login',
    access: 'public',
    input: z.object({ body: jsonBody({ email: text(), password: text() }) }),
    document: graphql(
      `mutation login($input: LoginInput!) { login(input: $input) { token expiresIn: expiresInSeconds } }`,
    ),
    variables: ({ body }) => ({ input: body }),
    body: tokenShape,
    respond: ({ login }) => showToken(login),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/auth/api-keys',
    access: 'account',
    input: z.object({ body: jsonBody({ name: text(), expires_at: givenMoment().nullish() }) }),
    document: graphql(`mutation createApiKey($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { key apiKey { id name createdAt expiresAt } }
    }`),
    variables: ({ body }) => ({ input: { name: body.name, expiresAt: body.expires_at ?? null } }),
    body: z.object({
      id,
      name: z.string(),
      key: z.string(),
      created_at: moment,
      expires_at: moment.nullable(),
    }),
    respond: ({ createApiKey: { key, apiKey } }) => ({
      id: plainId(apiKey.id),
      name: apiKey.name,
      key,
      created_at: isoSeconds(apiKey.createdAt),
      expires_at: apiKey.expiresAt && isoSeconds(apiKey.expiresAt),
    }),
    status: 200,
  }),
];
