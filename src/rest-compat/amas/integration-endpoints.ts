import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { PLATFORMS } from '../../vocabulary.ts';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, oneOf, text } from '../shapes/input.ts';
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
        credentials: {
          token: credentials.token ?? null,
          webhookUrl: credentials.webhook_url ?? null,
          secret: credentials.secret ?? null,
        },
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
