import { createHmac } from 'node:crypto';

/** `postgres` is the superuser, used once for setting up; everything else uses `polyphony`. */
export type Role = 'postgres' | 'polyphony';

/** The password of one role (it is in the URL) does not reveal the other one. */
export function passwordOf(role: Role, secret: string): string {
  return createHmac('sha256', secret).update(role).digest('base64url');
}
