import { z } from 'zod';
import { naiveMicroseconds } from '../shapes/output.ts';

export interface Stamped {
  createdAt: Date;
  updatedAt: Date;
}

export const stampsShape = { created_at: z.string(), updated_at: z.string() };

/** What the document has every answer carry. */
export function stamps({ createdAt, updatedAt }: Stamped) {
  return { created_at: naiveMicroseconds(createdAt), updated_at: naiveMicroseconds(updatedAt) };
}
