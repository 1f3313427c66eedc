import { join } from 'node:path';
import { expect } from 'vitest';
import type { z } from 'zod';
import { createLegacyClient } from '../legacy-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: scenarios follow answers of any shape
export type Body = any;

/** Has the packages of `requirements.txt`. */
export const STRICT_PYTHON = join(import.meta.dirname, '.venv/bin/python');

/** A client that takes exactly what its document says, and nothing else. */
export interface StrictClient {
  /** @returns the body, of an answer with this status. @throws for a body that is not as documented */
  ask(
    method: string,
    path: string,
    expected: [status: number, schema: z.ZodType],
    body?: unknown,
  ): Promise<Body>;
  /** Every status that it has seen. */
  statuses: Set<number>;
}

export function createStrictClient(base: string, headers: Record<string, string> = {}): StrictClient {
  const call = createLegacyClient(base);
  const statuses = new Set<number>();
  return {
    statuses,
    async ask(method, path, [status, schema], body) {
      const answer = await call(method, path, body, headers);
      statuses.add(answer.status);
      const asked = `${method} ${path}`;
      expect(answer.status, `${asked}: ${JSON.stringify(answer.body)?.slice(0, 500)}`).toBe(status);
      expect(answer.headers.get('content-type'), asked).toMatch(/^application\/json/);
      const { error } = schema.safeParse(answer.body);
      expect(error?.issues ?? [], `${asked}: ${JSON.stringify(answer.body)?.slice(0, 500)}`).toEqual([]);
      return answer.body;
    },
  };
}
