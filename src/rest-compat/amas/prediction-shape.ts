import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../handling/documents.ts';
import { plainId } from '../shapes/output.ts';

export const PREDICTION = graphql(`fragment Prediction on TaskPrediction {
  successProbability duration { median } quality { expected } recommendedAgents { agent { id } }
}`);

export const predictionShape = z.object({
  success_probability: z.number(),
  /** Seconds. */
  estimated_duration: z.number(),
  /** 0 to 1. */
  quality_score_prediction: z.number(),
  recommended_agents: z.array(z.string()),
});

export function showPrediction(prediction: ResultOf<typeof PREDICTION>): z.input<typeof predictionShape> {
  return {
    // None is certain, which a rounded 0 or 1 would say.
    success_probability: Math.min(0.99, Math.max(0.01, rounded(prediction.successProbability, 2))),
    estimated_duration: Math.max(0.1, rounded(prediction.duration.median, 1)),
    quality_score_prediction: rounded(prediction.quality.expected, 2),
    recommended_agents: prediction.recommendedAgents.flatMap(({ agent }) => (agent ? plainId(agent.id) : [])),
  };
}

/** To as many decimals as the documentation has: more would claim a precision that a prediction lacks. */
function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
