import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../handling/documents.ts';
import { plainId } from '../shapes/output.ts';

export const PREDICTION = graphql(`fragment Prediction on TaskPrediction {
  successProbability duration { median } quality { score } recommendedAgents { agent { id } }
}`);

export const predictionShape = z.object({
  success_probability: z.number(),
  /** Seconds. */
  estimated_duration: z.number(),
  /** 0 to 1; null: there is no data. */
  quality_score_prediction: z.number().nullable(),
  recommended_agents: z.array(z.string()),
});

export function showPrediction(prediction: ResultOf<typeof PREDICTION>): z.input<typeof predictionShape> {
  return {
    success_probability: prediction.successProbability,
    estimated_duration: prediction.duration.median,
    quality_score_prediction: prediction.quality.score,
    recommended_agents: prediction.recommendedAgents.flatMap(({ agent }) => (agent ? plainId(agent.id) : [])),
  };
}
