/**
 * Writes schema.graphql, sorted, and the types that the documents of rest-compat are checked against.
 * `--check` only tells whether both are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/schema/index.ts';

const sorted = lexicographicSortSchema(schema);
const introspection = minifyIntrospection(introspectionFromSchema(sorted, { descriptions: false }) as never);
const files = {
  'schema.graphql': `${printSchema(sorted)}\n`,
  'src/rest-compat/graphql-env.d.ts': outputIntrospectionFile(introspection, {
    fileType: '.d.ts',
    shouldPreprocess: true,
  }),
};

const root = new URL('..', import.meta.url).pathname;
for (const [file, content] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(root + file, content);
  else if (readFileSync(root + file, 'utf8') !== content)
    throw new Error(`${file} is out of date: npm run schema`);
}
