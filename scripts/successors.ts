/**
 * Writes the table of endpoints and their GraphQL operations into each page of docs/legacy; `--check` only compares.
 */
import { DIALECT_TABLES } from '../src/rest-compat/index.ts';
import { successorTables } from '../src/rest-compat/openapi/successors.ts';
import { reportSections, writeSection } from './generated-section.ts';

const upToDate = await Promise.all(
  Object.values(DIALECT_TABLES).map((dialect) =>
    writeSection(`docs/legacy/${dialect.name}.md`, 'successors', successorTables([dialect])),
  ),
);
reportSections(upToDate);
