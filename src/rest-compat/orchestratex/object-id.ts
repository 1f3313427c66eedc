import { createHash } from 'node:crypto';

/** The documentation has an ObjectId in every answer: 24 hexadecimal digits. */
const OBJECT_ID = /^[0-9a-f]{24}$/;

/** For something whose own id has another format; always the same for the same id. */
export function objectIdOf(id: string): string {
  return OBJECT_ID.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 24);
}
