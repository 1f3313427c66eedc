import { join } from 'node:path';
import graphql from '@graphql-eslint/eslint-plugin';

const schema = join(import.meta.dirname, '../../../schema.graphql');

/** What a rule that holds for all else finds, and why it stays. */
const EXCEPTIONS = [
  // Errors carry it in `extensions.code`, which no field returns: it is in the schema to be read, and for generators.
  'Enum type `ErrorCode` is unreachable.',
  // The name that its provider has for a model, beside the `id` of the node and the name that people see.
  'Field "modelId" starts with the name of the parent type "Model"',
  // What the caller's own type of task takes, beside `parameters` for the model.
  'Field "taskParameters" starts with the name of the parent type "Task"',
];

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Payloads, events, totals and other values have no identity of their own: a cache keeps them in their parent. That a
      // field `id` is one of a node is a test of the schema.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Lists that are always whole, such as tool calls and tags, need no edges. Nodes of the audit log have no id: it is only
      // read as a list.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
      ],
      // A log is only read forwards.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
    processor: {
      preprocess: (text) => [text],
      postprocess: ([messages]) => messages.filter(({ message }) => !EXCEPTIONS.includes(message)),
    },
  },
];
