import { createHash } from 'node:crypto';

/** In the documentation every response has an ObjectId: 24 hexadecimal digits. */
const OBJECT_ID = /^[0-9a-f]{24}$/;

/** An ObjectId for something whose own id may have another format; always the same for the same id. */
export function objectIdOf(id: string): string {
  return OBJECT_ID.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 24);
}
