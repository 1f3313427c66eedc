import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { anyObject, path, text } from '../shapes/input.ts';
import { wholeRange } from '../shapes/whole-list.ts';
import {
  STEPS,
  showTemplate,
  showWholeTemplate,
  TEMPLATE,
  templateShape,
  wholeTemplate,
} from './template-shapes.ts';

export const templateEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/templates',
    access: 'account',
    input: z.object({ query: z.object(wholeRange) }),
    document: graphql(
      `query templates($first: Int!, $offset: Int!) {
        templates(filter: { isActive: true }, first: $first, offset: $offset) { nodes { ...Template } }
      }`,
      [TEMPLATE],
    ),
    paged: true,
    variables: ({ query: { limit, offset } }) => ({ first: limit, offset }),
    body: z.array(templateShape),
    respond: ({ templates }) => templates.nodes.map(showTemplate),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/templates/{template_name}',
    access: 'account',
    input: z.object({ params: path('template_name') }),
    names: { 'by.name': 'template_name' },
    document: graphql(
      'query template($name: String!) { template(by: { name: $name }) { ...Template ...Steps } }',
      [TEMPLATE, STEPS],
    ),
    variables: ({ params }) => ({ name: params.template_name }),
    body: wholeTemplate,
    respond: ({ template }) => showWholeTemplate(template),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/templates/validate',
    access: 'account',
    input: z.object({
      query: z.object({ template_name: text().min(1, 'must not be empty') }),
      body: anyObject(),
    }),
    document: graphql(`query validateTemplate($input: ValidateTemplateInput!) {
      validateTemplate(input: $input) { valid missing invalid { field } unknown }
    }`),
    variables: ({ query, body }) => ({ input: { templateName: query.template_name, parameters: body } }),
    body: z.object({
      valid: z.boolean(),
      missing_parameters: z.array(z.string()),
      invalid_parameters: z.array(z.string()),
    }),
    respond: ({ validateTemplate: { valid, missing, invalid, unknown } }) => ({
      valid,
      missing_parameters: missing,
      // A parameter that the template lacks is invalid as well.
      invalid_parameters: [...invalid.map(({ field }) => field), ...unknown],
    }),
    status: 200,
  }),
];
