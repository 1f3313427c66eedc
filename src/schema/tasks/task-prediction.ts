import { MOST_RECOMMENDED } from '../../rules/agents/recommend-agents.ts';
import type { DurationEstimate } from '../../rules/prediction/duration-estimate.ts';
import type { Evidence } from '../../rules/prediction/outcomes.ts';
import type { RecommendedAgent, ReportedPrediction } from '../../rules/prediction/prediction.ts';
import {
  expectedQuality,
  PRIOR_QUALITY,
  type QualityEstimate,
} from '../../rules/prediction/quality-estimate.ts';
import { PREDICTION_LEVELS } from '../../vocabulary.ts';
import { AgentType } from '../agents/agent.ts';
import { builder } from '../builder/builder.ts';
import { PredictionLevelEnum } from '../builder/enums.ts';

const DurationEstimateType = builder.objectRef<DurationEstimate>('DurationEstimate').implement({
  description:
    'Predicted seconds from start to end, including time spent waiting for input, if the task succeeds.',
  fields: (t) => ({
    median: t.exposeFloat('median', { description: 'Median.' }),
    low: t.exposeFloat('low', { description: '10th percentile.' }),
    high: t.exposeFloat('high', { description: '90th percentile.' }),
  }),
});

const QualityEstimateType = builder.objectRef<QualityEstimate>('QualityEstimate').implement({
  description:
    "Expected quality of the answers of the model: the scores of its first answers in the viewer's orchestrations.",
  fields: (t) => ({
    score: t.exposeFloat('score', { nullable: true, description: '0 to 1; null: there is no data.' }),
    expected: t.float({
      description: `0 to 1, and never null: the score, averaged with an assumed ${PRIOR_QUALITY} that counts like three scored answers. With a \`sampleSize\` of 0 it is that assumption alone.`,
      resolve: (estimate) => expectedQuality(estimate),
    }),
    sampleSize: t.exposeInt('answers', { description: 'Number of scored answers it is based on.' }),
    reason: t.exposeString('reason', { description: 'What it is based on, or why there is no data.' }),
  }),
});

const PredictionEvidenceType = builder.objectRef<Evidence>('PredictionEvidence').implement({
  description:
    "A group of the viewer's tasks behind the prediction, among the last 1000 that completed or failed; cancelled ones are not counted.",
  fields: (t) => ({
    level: t.expose('level', {
      type: PredictionLevelEnum,
      description: 'What these tasks have in common with the predicted task.',
    }),
    sampleSize: t.exposeInt('tasks', { description: 'Number of tasks.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Number of them that succeeded.' }),
  }),
});

const RecommendedAgentType = builder.objectRef<RecommendedAgent>('RecommendedAgent').implement({
  description: 'An agent recommended for a task.',
  fields: (t) => ({
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'The agent; null if it has been deleted.',
      resolve: ({ agentId }, _arguments, { loaders }) => loaders.agents.load(agentId),
    }),
    name: t.exposeString('name', { description: 'Its name at the time of the recommendation.' }),
    successProbability: t.exposeFloat('successProbability', {
      description: 'Its predicted probability of success, 0 to 1.',
    }),
    sampleSize: t.exposeInt('tasks', {
      description: "Number of the viewer's tasks that it has completed or failed, among the last 1000.",
    }),
    reason: t.exposeString('reason', { description: 'Why it is recommended.' }),
  }),
});

export const TaskPredictionType = builder.objectRef<ReportedPrediction>('TaskPrediction').implement({
  description:
    "The expected outcome of a task. It is based on the viewer's own past tasks only: those of its type, of its agent, with its model, and all others. With fewer close matches, the broader groups weigh more.",
  fields: (t) => ({
    successProbability: t.exposeFloat('successProbability', {
      description: 'Probability of success, 0 to 1 exclusive.',
    }),
    duration: t.expose('duration', { type: DurationEstimateType, description: 'Expected duration.' }),
    quality: t.expose('quality', { type: QualityEstimateType, description: 'Expected quality.' }),
    isPrior: t.boolean({
      description:
        'Whether there were no past tasks to base it on; it then contains default assumptions instead of a forecast.',
      resolve: ({ evidence }) => evidence.length === 0,
    }),
    basis: t.expose('evidence', {
      type: [PredictionEvidenceType],
      complexity: { field: 1, multiplier: PREDICTION_LEVELS.length },
      description: 'The groups of tasks it is based on, broadest first; empty groups are omitted.',
    }),
    reason: t.exposeString('reason', { description: 'A readable explanation.' }),
    recommendedAgents: t.expose('recommendedAgents', {
      type: [RecommendedAgentType],
      complexity: { field: 1, multiplier: MOST_RECOMMENDED },
      description:
        'At most 5 active agents for tasks of its type, best first: those that suit it, and those with experience in such tasks.',
    }),
  }),
});
