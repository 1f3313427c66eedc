/**
 * Writes the table of endpoints and a section for each endpoint, with the GraphQL that replaces it, into each page of
 * docs/legacy; `--check` only compares.
 */
import { DIALECT_TABLES } from '../src/rest-compat/index.ts';
import { successorTables } from '../src/rest-compat/openapi/successors.ts';
import { schema } from '../src/schema/index.ts';
import { reportSections, writeSection } from './generated-section.ts';
import { endpointSections } from './legacy-endpoints/sections.ts';

const upToDate = await Promise.all(
  Object.values(DIALECT_TABLES).map((dialect) =>
    writeSection(
      `docs/legacy/${dialect.name}.md`,
      'successors',
      `${successorTables([dialect])}\n\n${endpointSections(schema, dialect)}`,
    ),
  ),
);
reportSections(upToDate);
