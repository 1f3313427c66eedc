import { z } from 'zod';
import { naiveMicroseconds, plainId } from '../shapes/output.ts';
import { STATUS } from './status-words.ts';
import { type Stamped, stamps, stampsShape } from './timestamps.ts';

export const ORCHESTRATION_FIELDS = `
  id
  threadId
  sessionId
  status
  prompt
  progress
  iterations
  maxIterations
  evaluationThreshold
  preferredModels
  finalScore
  finalResponse
  cost
  stopReason
  error { code message }
  createdAt
  updatedAt
  completedAt: endedAt
`;

export const orchestrationShape = z.object({
  _id: z.string(),
  thread_id: z.string().nullable(),
  session_id: z.string().nullable(),
  status: z.enum(Object.values(STATUS)),
  prompt: z.string(),
  progress: z.number(),
  iterations: z.int(),
  final_score: z.number().nullable(),
  final_response: z.string().nullable(),
  total_cost: z.number(),
  settings: z.object({
    max_iterations: z.int(),
    preferred_models: z.array(z.string()),
    evaluation_threshold: z.number(),
  }),
  stop_reason: z.string().nullable(),
  error: z.string().nullable(),
  completed_at: z.string().nullable(),
  ...stampsShape,
});

interface Orchestration extends Stamped {
  id: string;
  threadId: string | null;
  sessionId: string | null;
  status: keyof typeof STATUS;
  prompt: string;
  progress: number;
  iterations: number;
  maxIterations: number;
  evaluationThreshold: number;
  preferredModels: string[];
  finalScore: number | null;
  finalResponse: string | null;
  cost: number;
  stopReason: string | null;
  error: { message: string } | null;
  completedAt: Date | null;
}

export function toOrchestration(orchestration: Orchestration): z.input<typeof orchestrationShape> {
  const { threadId, sessionId, completedAt } = orchestration;
  return {
    _id: plainId(orchestration.id),
    thread_id: threadId && plainId(threadId),
    session_id: sessionId && plainId(sessionId),
    status: STATUS[orchestration.status],
    prompt: orchestration.prompt,
    progress: orchestration.progress,
    iterations: orchestration.iterations,
    final_score: orchestration.finalScore,
    final_response: orchestration.finalResponse,
    total_cost: orchestration.cost,
    settings: {
      max_iterations: orchestration.maxIterations,
      preferred_models: orchestration.preferredModels,
      evaluation_threshold: orchestration.evaluationThreshold,
    },
    stop_reason: orchestration.stopReason?.toLowerCase() ?? null,
    error: orchestration.error?.message ?? null,
    completed_at: completedAt && naiveMicroseconds(completedAt),
    ...stamps(orchestration),
  };
}
