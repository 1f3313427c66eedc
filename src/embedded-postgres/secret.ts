import { createHmac } from 'node:crypto';

/** `postgres` is the superuser and used once, for setting up; everything else is done as `polyphony`. */
export type Role = 'postgres' | 'polyphony';

/** Who learns the password of one role (it stands in the URL) does not know the other one. */
export function passwordOf(role: Role, secret: string): string {
  return createHmac('sha256', secret).update(role).digest('base64url');
}
