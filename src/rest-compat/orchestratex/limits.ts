import { z } from 'zod';
import type { RateLimits } from '../definitions/terms.ts';

const session = z.object({ session_id: z.string() });

export const limits: RateLimits = {
  limits: { session: { requests: 100, seconds: 60 } },
  // Only requests of its own account count against a session.
  choose({ params, body, accountId, address }) {
    const named = session.safeParse(params).data ?? session.safeParse(body).data;
    return { limit: 'session', of: JSON.stringify([accountId ?? address, named?.session_id ?? null]) };
  },
  readsBody: true,
};
