import type { Context } from '../../context.ts';
import { recommendAgents } from '../../rules/agents/recommend-agents.ts';
import type { Work } from '../../rules/prediction/outcomes.ts';
import type { ReportedPrediction } from '../../rules/prediction/prediction.ts';
import { requireViewer } from '../request/viewer.ts';

/** Predicts the outcome of work from the viewer's own runs. */
export async function openPredictor(context: Context): Promise<(work: Work) => ReportedPrediction> {
  const { userId } = requireViewer(context);
  const { lookups } = context.store;
  const [{ outcomes, forecast }, agents] = await Promise.all([
    lookups.history(userId),
    lookups.activeAgents(userId),
  ]);
  return (work) => {
    const recommendedAgents = recommendAgents(agents, work, outcomes, forecast.successProbability);
    return { ...forecast.of(work), recommendedAgents };
  };
}
