import type { DialectTable } from '../dialect.ts';
import { prepareDocument } from '../documents.ts';
import type { SchemaAccess } from '../schema-access.ts';
import type { Socket } from './socket.ts';

export interface PreparedSocket extends Socket {
  dialect: DialectTable;
  /** The parameters in a path without its mount; null: it is not the path of this socket. */
  match(path: string): Record<string, string> | null;
}

/** @throws Error when a document of its is invalid */
export function prepareSocket(access: SchemaAccess, dialect: DialectTable, row: Socket): PreparedSocket {
  const { document, snapshot, commands } = row;
  const ofCommands = Object.values(commands).flatMap((command) =>
    command.kind === 'change' ? [] : command.document,
  );
  for (const one of [document, ...(snapshot ? [snapshot.document] : []), ...ofCommands]) {
    prepareDocument(access.schema, one, `${dialect.name} ${row.path}`);
  }
  const pattern = new RegExp(`^${row.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return { ...row, dialect, match: (path) => decode(pattern.exec(path)) };
}

function decode(found: RegExpExecArray | null): Record<string, string> | null {
  try {
    const params = Object.entries(found?.groups ?? {});
    return found && Object.fromEntries(params.map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return null;
  }
}
