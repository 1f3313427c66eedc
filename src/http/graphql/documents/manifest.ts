import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { coerceError } from '../../../errors.ts';
import { schema } from '../../../schema/index.ts';

/** `{ id or hash: document }`, as codegen's client preset and Relay's compiler write it. */
const manifest = z.record(z.string().min(1).max(200), z.string().min(1));

/** Documents by their ids. */
export type Manifest = ReadonlyMap<string, string>;

/**
 * Reads the trusted documents. One that the schema does not know would only be noticed by a client otherwise.
 * @throws Error naming the file, and the document
 */
export async function readManifest(path: string): Promise<Manifest> {
  const documents = new Map(Object.entries(await readEntries(path)));
  for (const [id, document] of documents) {
    const problem = problemOf(document);
    if (problem) throw new Error(`DOCUMENTS_FILE: the document ${id} is not valid: ${problem}`);
  }
  return documents;
}

async function readEntries(path: string): Promise<Record<string, string>> {
  try {
    return manifest.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'its values must be documents' : coerceError(error).message;
    throw new Error(
      `DOCUMENTS_FILE: ${path} cannot be read as JSON of the form {"id": "document"}: ${reason}`,
    );
  }
}

function problemOf(document: string): string | null {
  try {
    return validate(schema, parse(document))[0]?.message ?? null;
  } catch (error) {
    return coerceError(error).message;
  }
}
