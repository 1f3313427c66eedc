import { z } from 'zod';
import { naiveMicroseconds, plainId } from '../shapes/output.ts';
import { type Stamped, stamps, stampsShape } from './timestamps.ts';

export const SESSION_FIELDS = `
  id
  userLabel
  status
  settings { preferredModels maxIterations }
  budget { limit }
  totals { cost }
  createdAt
  updatedAt
  endedAt
`;

/** As documented; GraphQL's are the same in capitals. */
export const STATUSES = ['active', 'paused', 'completed'] as const;
type Status = (typeof STATUSES)[number];

/** For an orchestration without a setting in its session. */
export const USUAL_ITERATIONS = 5;

export const sessionShape = z.object({
  _id: z.string(),
  user_id: z.string().nullable().meta({ description: 'null: made by a client that has no users of its own' }),
  session_start: z.string(),
  session_end: z.string().nullable(),
  max_iterations: z.int(),
  status: z.enum(STATUSES),
  total_cost: z.number(),
  settings: z.object({ preferred_models: z.array(z.string()), cost_limit: z.number().nullable() }),
  ...stampsShape,
});

interface Session extends Stamped {
  id: string;
  userLabel: string | null;
  status: Uppercase<Status>;
  settings: { preferredModels: string[]; maxIterations: number | null };
  budget: { limit: number } | null;
  totals: { cost: number };
  endedAt: Date | null;
}

export function toSession(session: Session): z.input<typeof sessionShape> {
  const { settings, budget, endedAt } = session;
  return {
    _id: plainId(session.id),
    user_id: session.userLabel,
    session_start: naiveMicroseconds(session.createdAt),
    session_end: endedAt && naiveMicroseconds(endedAt),
    max_iterations: settings.maxIterations ?? USUAL_ITERATIONS,
    status: session.status.toLowerCase() as Status,
    total_cost: session.totals.cost,
    settings: { preferred_models: settings.preferredModels, cost_limit: budget?.limit ?? null },
    ...stamps(session),
  };
}
