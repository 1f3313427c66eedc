import { z } from 'zod';
import { naiveMicroseconds } from '../shapes/output.ts';

export interface Stamped {
  createdAt: Date;
  updatedAt: Date;
}

export const stampsShape = { created_at: z.string(), updated_at: z.string() };

/** Times that every documented response has. */
export function stamps({ createdAt, updatedAt }: Stamped) {
  return { created_at: naiveMicroseconds(createdAt), updated_at: naiveMicroseconds(updatedAt) };
}
