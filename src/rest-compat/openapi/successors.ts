import type { DialectTable } from '../definitions/dialect-table.ts';
import { operationOf } from '../handling/documents.ts';
import { successorOf } from '../handling/successor.ts';
import { TITLES } from './describe-dialect.ts';

/** For migrating clients: each documented endpoint and socket with its GraphQL operation, as Markdown. */
export function successorTables(tables: readonly DialectTable[]): string {
  return tables.map(successorTable).join('\n\n');
}

function successorTable({ name, endpoints, sockets }: DialectTable): string {
  const rows = [
    ...endpoints.map((row) => [`${row.method} ${row.path}`, successorOf(row)]),
    ...sockets.map(({ path, document }) => [`WebSocket ${path}`, operationOf(document)]),
  ];
  const lines = rows.map(([endpoint, operation]) => `| \`${endpoint}\` | \`${operation}\` |`);
  return [
    `**${TITLES[name]}**, at \`/${name}\``,
    '',
    '| endpoint | GraphQL |',
    '| --- | --- |',
    ...lines,
  ].join('\n');
}
