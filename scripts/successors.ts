/**
 * Writes the table of endpoints into each page of docs/legacy, and a section for each endpoint, with the GraphQL that
 * replaces it, into those of docs/legacy/endpoints; `--check` only compares.
 */
import { DIALECT_TABLES } from '../src/rest-compat/index.ts';
import { successorTables } from '../src/rest-compat/openapi/successors.ts';
import { schema } from '../src/schema/index.ts';
import { reportSections, writeSection } from './generated-section.ts';
import { endpointSections } from './legacy-endpoints/sections.ts';

const pages = Object.values(DIALECT_TABLES).flatMap((dialect) => [
  { path: `docs/legacy/${dialect.name}.md`, text: successorTables([dialect]) },
  { path: `docs/legacy/endpoints/${dialect.name}.md`, text: endpointSections(schema, dialect) },
]);
reportSections(await Promise.all(pages.map(({ path, text }) => writeSection(path, 'successors', text))));
