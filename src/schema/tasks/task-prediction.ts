import { MOST_RECOMMENDED } from '../../rules/agents/recommend-agents.ts';
import type { DurationEstimate } from '../../rules/prediction/duration-estimate.ts';
import type { Evidence } from '../../rules/prediction/outcomes.ts';
import type { RecommendedAgent, ToldPrediction } from '../../rules/prediction/prediction.ts';
import type { QualityEstimate } from '../../rules/prediction/quality-estimate.ts';
import { PREDICTION_LEVELS } from '../../vocabulary.ts';
import { AgentType } from '../agents/agent.ts';
import { builder } from '../builder/builder.ts';
import { PredictionLevelEnum } from '../builder/enums.ts';

const DurationEstimateType = builder.objectRef<DurationEstimate>('DurationEstimate').implement({
  description: 'Seconds from start to end, with the time that it waits for a person; if the task succeeds.',
  fields: (t) => ({
    median: t.exposeFloat('median', { description: 'One in two is done sooner.' }),
    low: t.exposeFloat('low', { description: 'One in ten is done sooner.' }),
    high: t.exposeFloat('high', { description: 'One in ten takes longer.' }),
  }),
});

const QualityEstimateType = builder.objectRef<QualityEstimate>('QualityEstimate').implement({
  description:
    "How good an answer of the model is in the eyes of others, as they scored its first answers in the viewer's orchestrations.",
  fields: (t) => ({
    score: t.exposeFloat('score', { nullable: true, description: '0 to 1; null: nothing is known.' }),
    sampleSize: t.exposeInt('answers', { description: 'How many scored answers it goes by.' }),
    reason: t.exposeString('reason', { description: 'What it goes by, or why there is none.' }),
  }),
});

const PredictionEvidenceType = builder.objectRef<Evidence>('PredictionEvidence').implement({
  description: "Tasks of the viewer that ended by themselves, of the last 1000; cancelled ones don't count.",
  fields: (t) => ({
    level: t.expose('level', { type: PredictionLevelEnum, description: 'What they have in common with it.' }),
    sampleSize: t.exposeInt('tasks', { description: 'How many there are.' }),
    succeeded: t.exposeInt('succeeded', { description: 'How many of them did what was asked.' }),
  }),
});

const RecommendedAgentType = builder.objectRef<RecommendedAgent>('RecommendedAgent').implement({
  description: 'An agent for a task.',
  fields: (t) => ({
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'The agent; null, when it is no more.',
      resolve: ({ agentId }, _arguments, { loaders }) => loaders.agents.load(agentId),
    }),
    name: t.exposeString('name', { description: 'Its name when it was recommended.' }),
    successProbability: t.exposeFloat('successProbability', {
      description: 'How likely it is to succeed, 0 to 1.',
    }),
    sampleSize: t.exposeInt('tasks', {
      description: "The viewer's tasks that it has ended, of the last 1000.",
    }),
    reason: t.exposeString('reason', { description: 'Why it is recommended.' }),
  }),
});

export const TaskPredictionType = builder.objectRef<ToldPrediction>('TaskPrediction').implement({
  description:
    "What is to be expected of a task. It goes by what the viewer's own tasks came to, and nobody else's: those of its type, of its agent, with its model, and the others; the fewer there are, the more the broader ones count.",
  fields: (t) => ({
    successProbability: t.exposeFloat('successProbability', {
      description: 'How likely it is to do what is asked, 0 to 1, both excluded.',
    }),
    duration: t.expose('duration', { type: DurationEstimateType, description: 'How long it takes.' }),
    quality: t.expose('quality', { type: QualityEstimateType, description: 'How good its answer is.' }),
    isPrior: t.boolean({
      description:
        'Whether there was nothing to go by: then this is what is assumed of any task, and no forecast.',
      resolve: ({ evidence }) => evidence.length === 0,
    }),
    basis: t.expose('evidence', {
      type: [PredictionEvidenceType],
      complexity: { field: 1, multiplier: PREDICTION_LEVELS.length },
      description: 'What it goes by, the broadest level first; levels without any task are left out.',
    }),
    reason: t.exposeString('reason', { description: 'The same for people.' }),
    recommendedAgents: t.expose('recommendedAgents', {
      type: [RecommendedAgentType],
      complexity: { field: 1, multiplier: MOST_RECOMMENDED },
      description:
        'At most 5 active agents for tasks of its type, best first: those that suit it, and those that have done such tasks.',
    }),
  }),
});
