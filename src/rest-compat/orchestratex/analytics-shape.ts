import { z } from 'zod';
import type { NameOf } from './model-names.ts';

export const ANALYTICS_FIELDS = `
  cost
  inputTokens
  outputTokens
  runs { kind total statuses { status count } }
  durations { averageMs }
  orchestrations { averageScore bestScore averageIterations }
  models { provider model modelCalls failedModelCalls cost inputTokens outputTokens averageScore }
  days { date runs cost inputTokens outputTokens }
`;

const model = z.object({
  model_name: z.string(),
  provider: z.string(),
  requests: z.int(),
  failed_requests: z.int(),
  tokens_used: z.int(),
  total_cost: z.number(),
  average_score: z.number().nullable(),
});

const day = z.object({
  date: z.string(),
  runs: z.int(),
  tokens_used: z.int(),
  total_cost: z.number(),
});

export const analyticsShape = {
  total_orchestrations: z.int(),
  completed_orchestrations: z.int(),
  failed_orchestrations: z.int(),
  average_iterations: z.number().nullable(),
  average_score: z.number().nullable(),
  best_score: z.number().nullable(),
  average_duration_seconds: z.number().nullable(),
  total_cost: z.number(),
  tokens_used: z.int(),
  models: z.array(model),
  days: z.array(day),
};

interface Used {
  cost: number;
  inputTokens: number;
  outputTokens: number;
}

interface ModelUse extends Used {
  provider: string;
  model: string;
  modelCalls: number;
  failedModelCalls: number;
  averageScore: number | null;
}

interface Analytics extends Used {
  runs: { kind: string; total: number; statuses: { status: string; count: number }[] }[];
  durations: { averageMs: number | null };
  orchestrations: {
    averageScore: number | null;
    bestScore: number | null;
    averageIterations: number | null;
  };
  models: ModelUse[];
  days: (Used & { date: string; runs: number })[];
}

/** @param nameOf what models are called. */
export function toAnalytics(analytics: Analytics, nameOf: NameOf) {
  const { durations, orchestrations } = analytics;
  const counted = analytics.runs.find(({ kind }) => kind === 'ORCHESTRATION');
  const inStatus = (wanted: string) => counted?.statuses.find(({ status }) => status === wanted)?.count ?? 0;
  return {
    total_orchestrations: counted?.total ?? 0,
    completed_orchestrations: inStatus('COMPLETED'),
    failed_orchestrations: inStatus('FAILED'),
    average_iterations: orchestrations.averageIterations,
    average_score: orchestrations.averageScore,
    best_score: orchestrations.bestScore,
    average_duration_seconds: durations.averageMs && durations.averageMs / 1000,
    ...used(analytics),
    models: analytics.models.map((use) => ({
      model_name: nameOf(use),
      provider: use.provider.toLowerCase(),
      requests: use.modelCalls,
      failed_requests: use.failedModelCalls,
      ...used(use),
      average_score: use.averageScore,
    })),
    days: analytics.days.map((use) => ({ date: use.date, runs: use.runs, ...used(use) })),
  };
}

function used({ cost, inputTokens, outputTokens }: Used) {
  return { total_cost: cost, tokens_used: inputTokens + outputTokens };
}
