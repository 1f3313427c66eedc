import { z } from 'zod';

/** The response to a login. */
export const tokenShape = z.object({ access_token: z.string(), token_type: z.string(), expires_in: z.int() });

export function showToken({ token, expiresIn }: { token: string; expiresIn: number }) {
  return { access_token: token, token_type: 'bearer', expires_in: expiresIn };
}
