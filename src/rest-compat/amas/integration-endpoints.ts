import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { CREDENTIAL, foreignCredentials } from '../../rules/integrations/integration.ts';
import { PLATFORMS, type Platform } from '../../vocabulary.ts';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, oneOf, text, withoutAbsent } from '../shapes/input.ts';
import { isoSeconds, lowerCase, plainId, upperCase } from '../shapes/output.ts';

const INTEGRATION = graphql(`fragment Integration on Integration {
  id platform name isActive credentialsHint createdAt
}`);

const integrationShape = z.object({
  id: z.string(),
  platform: z.enum(PLATFORMS),
  name: z.string(),
  is_active: z.boolean(),
  /** To recognise the credentials by; the rest is never shown again. */
  credentials_hint: z.string().nullable(),
  created_at: z.string(),
});

function show(integration: ResultOf<typeof INTEGRATION>): z.input<typeof integrationShape> {
  return {
    id: plainId(integration.id),
    platform: lowerCase(integration.platform),
    name: integration.name,
    is_active: integration.isActive,
    credentials_hint: integration.credentialsHint,
    created_at: isoSeconds(integration.createdAt),
  };
}

/** All fields of a platform; the address is one of them here. */
const credentials = jsonBody({
  token: text().nullish(),
  webhook_url: text().nullish(),
  secret: text().nullish(),
  url: text().nullish(),
});

export const integrationEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/integrations',
    access: 'account',
    input: z.object({}),
    // The maximum number per account.
    document: graphql('query integrations { integrations(first: 50) { nodes { ...Integration } } }', [
      INTEGRATION,
    ]),
    variables: () => ({}),
    body: z.array(integrationShape),
    respond: ({ integrations }) => integrations.nodes.map(show),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/integrations',
    access: 'account',
    names: { url: 'credentials.url' },
    input: z.object({ body: jsonBody({ platform: oneOf(PLATFORMS), credentials }) }),
    document: graphql(
      `mutation createIntegration($input: CreateIntegrationInput!) {
        createIntegration(input: $input) { secret integration { ...Integration } }
      }`,
      [INTEGRATION],
    ),
    variables: ({ body: { platform, credentials } }) => ({
      input: {
        platform: upperCase(platform),
        url: credentials.url ?? null,
        credentials: credentialsOf(platform, credentials),
      },
    }),
    // Returned only once: the key that was generated for a webhook without one.
    body: integrationShape.extend({ secret: z.string().optional() }),
    respond: ({ createIntegration: { integration, secret } }) => ({
      ...show(integration),
      ...(secret !== null && { secret }),
    }),
    status: 200,
  }),
];

const NAMES = { token: 'token', webhookUrl: 'webhook_url', secret: 'secret' } as const;

/** The schema takes one secret. @throws DomainError VALIDATION_ERROR for one of another platform beside it */
function credentialsOf(platform: Platform, given: z.output<typeof credentials>) {
  const own = CREDENTIAL[platform];
  const secret = given[NAMES[own]];
  const secrets = { token: given.token, webhookUrl: given.webhook_url, secret: given.secret };
  const [foreign] = foreignCredentials(platform, withoutAbsent(secrets));
  if (foreign && (secret || platform === 'webhook')) {
    const field = `credentials.${NAMES[foreign.name as keyof typeof NAMES]}`;
    throw new DomainError('VALIDATION_ERROR', `${field}: ${foreign.message}`, { field });
  }
  return secret ? ({ [own]: secret } as { token: string }) : null;
}
