import type { DocumentNode } from 'graphql';
import type { DialectTable } from '../definitions/dialect-table.ts';
import type { Socket } from '../definitions/socket.ts';
import { type PreparedDocument, prepareDocument } from '../handling/documents.ts';
import type { SchemaAccess } from '../handling/schema-access.ts';

export interface PreparedSocket extends Socket, PreparedDocument {
  dialect: DialectTable;
  /** The parameters in a path without its mount; null: it is not the path of this socket. */
  match(path: string): Record<string, string> | null;
}

/** @throws Error when one of its documents is invalid */
export function prepareSocket(access: SchemaAccess, dialect: DialectTable, row: Socket): PreparedSocket {
  const prepare = (document: DocumentNode) =>
    prepareDocument(access.schema, document, `${dialect.name} ${row.path}`);
  if (row.snapshot) prepare(row.snapshot.document);
  for (const command of Object.values(row.commands)) {
    if (command.kind !== 'change') prepare(command.document);
  }
  const pattern = new RegExp(`^${row.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return { ...row, ...prepare(row.document), dialect, match: (path) => decode(pattern.exec(path)) };
}

function decode(found: RegExpExecArray | null): Record<string, string> | null {
  try {
    const params = Object.entries(found?.groups ?? {});
    return found && Object.fromEntries(params.map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return null;
  }
}
