import type { DialectDocument } from '../definitions/documentation.ts';

const PASSWORD = { format: 'password' } as const;

export const accountOperations = {
  'POST /api/auth/register': {
    summary: 'Register an account',
    description:
      'Answers with the account, but without a token: log in next. 403 when registration is closed on this server, 409 when there is already an account with the e-mail address.',
    errors: ['CONFLICT'],
    request: {
      name: 'NewUser',
      example: { email: 'user@example.com', password: 'securepassword', name: 'John Doe' },
      fields: {
        email: { format: 'email', maxLength: 254 },
        password: { ...PASSWORD, minLength: 8, maxLength: 200 },
        name: { minLength: 1, maxLength: 200 },
      },
    },
    response: {
      name: 'User',
      example: {
        id: 'c1a1b8a0-8f2e-4c67-9f1f-3f2f5b7f9d55',
        email: 'user@example.com',
        name: 'John Doe',
        created_at: '2024-01-01T00:00:00Z',
      },
    },
  },
  'POST /api/auth/login': {
    summary: 'Log in',
    description:
      'Issues a token that is valid for `expires_in` seconds. Ten failed logins a minute are allowed for each account and address.',
    errors: ['WRONG_CREDENTIALS'],
    request: {
      name: 'Login',
      example: { email: 'user@example.com', password: 'securepassword' },
      fields: { password: PASSWORD },
    },
    response: {
      name: 'Token',
      example: { access_token: 'eyJ...', token_type: 'bearer', expires_in: 3600 },
    },
  },
  'POST /api/auth/api-keys': {
    summary: 'Create an API key',
    description: 'Only this response shows the key. Without `expires_at` the key does not expire.',
    request: {
      name: 'NewApiKey',
      example: { name: 'My API Key', expires_at: '2099-01-01T00:00:00Z' },
      fields: { name: { minLength: 1, maxLength: 200 } },
    },
    response: {
      name: 'ApiKey',
      example: {
        id: '0c8a4c1a-3f0f-4b3e-8b0d-7c1c2f1b9a77',
        name: 'My API Key',
        key: 'md_...',
        created_at: '2024-01-01T00:00:00Z',
        expires_at: '2099-01-01T00:00:00Z',
      },
    },
  },
} satisfies DialectDocument['operations'];
