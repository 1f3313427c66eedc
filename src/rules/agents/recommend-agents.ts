import type { Outcomes, Work } from '../prediction/outcomes.ts';
import type { RecommendedAgent } from '../prediction/prediction.ts';
import { type AgentFit, fitOf, fitReason } from './agent.ts';

interface Candidate {
  id: string;
  name: string;
  type: string;
  /** Both or neither; null: chosen for each task. */
  provider: string | null;
  model: string | null;
}

export const MOST_RECOMMENDED = 5;

/** Bonus in log-odds for an agent that is meant for such tasks, in addition to its record. */
const FIT_COUNTS = { exact: 1, related: 0.5, general: 0 } satisfies Record<AgentFit, number>;

/**
 * The agents for tasks of a type, best first: those meant for it, and those with experience in such tasks.
 * @param candidates in order of preference @param asked its model applies to agents without a model of their
 * own
 */
export function recommendAgents(
  candidates: readonly Candidate[],
  asked: Pick<Work, 'type' | 'model'>,
  outcomes: readonly Outcomes[],
  successProbability: (work: Work) => number,
): RecommendedAgent[] {
  return candidates
    .flatMap((agent) => {
      const fit = fitOf(agent.type, asked.type);
      const record = recordOf(agent, asked.type, outcomes);
      if (!fit && record.ofType.tasks === 0) return [];
      const probability = successProbability({ ...asked, ...workOf(agent, asked.model) });
      const score = Math.log(probability / (1 - probability)) + (fit ? FIT_COUNTS[fit] : 0);
      const why = [
        fit ? fitReason(fit, agent.type, asked.type) : 'it has performed such tasks',
        told(record),
      ];
      return [{ score, agent, probability, tasks: record.all.tasks, reason: why.join('; ') }];
    })
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST_RECOMMENDED)
    .map(({ agent, probability, tasks, reason }) => ({
      agentId: agent.id,
      name: agent.name,
      successProbability: probability,
      tasks,
      reason,
    }));
}

function workOf(agent: Candidate, model: string | null): Pick<Work, 'performer' | 'model'> {
  return { performer: `agent:${agent.id}`, model: agent.model ? `${agent.provider}/${agent.model}` : model };
}

interface Tally {
  tasks: number;
  succeeded: number;
}

function recordOf({ id }: Candidate, type: string | null, outcomes: readonly Outcomes[]) {
  const own = outcomes.filter(({ performer }) => performer === `agent:${id}`);
  return { all: total(own), ofType: total(own.filter((past) => past.type === type)) };
}

function total(outcomes: readonly Outcomes[]): Tally {
  return {
    tasks: outcomes.reduce((sum, { tasks }) => sum + tasks, 0),
    succeeded: outcomes.reduce((sum, { succeeded }) => sum + succeeded, 0),
  };
}

function told({ all, ofType }: { all: Tally; ofType: Tally }): string {
  if (all.tasks === 0) return 'none of your tasks with it has ended yet';
  return `${all.succeeded} of your ${all.tasks} tasks with it succeeded, ${ofType.succeeded} of ${ofType.tasks} of this type`;
}
