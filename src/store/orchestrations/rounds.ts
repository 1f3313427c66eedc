import type { RunError } from '../../errors.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { Round } from '../../rules/orchestrations/orchestration.ts';
import type { FinishReason, ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type StepChange, stepStatement } from '../runs/checkpoints.ts';

/** A round as stored, with the cost of its model calls. */
export interface RoundRow extends Round {
  orchestrationId: string;
  /** US dollars: the sum over calls with a known cost. */
  cost: number;
  costComplete: boolean;
  startedAt: Date;
  completedAt: Date | null;
}

interface Columns {
  orchestrationId: string;
  iteration: number;
  selected: ModelReference;
  reason: string;
  improves: number | null;
  provider: ProviderId | null;
  model: string | null;
  callId: string | null;
  response: string | null;
  finishReason: FinishReason | null;
  error: RunError | null;
  evaluatorProvider: ProviderId | null;
  evaluatorModel: string | null;
  score: number | null;
  feedback: string | null;
  isSelfEvaluated: boolean | null;
  evaluationError: RunError | null;
  startedAt: Date;
  completedAt: Date | null;
  cost: number;
  costComplete: boolean;
}

/**
 * For many orchestrations in one query, in order. A model call belongs to the round during which it was made.
 */
export async function readRounds(database: Database, ids: readonly string[]): Promise<RoundRow[]> {
  const { rows } = await database.pool.query<Columns>({
    name: 'read-rounds',
    text: `
      with round as (
        select *, lead(started_at, 1, 'infinity') over (partition by orchestration_id order by iteration) as next_at
        from orchestration_round where orchestration_id = any($1::text[])
      )
      select round.orchestration_id as "orchestrationId", round.iteration, round.selected, round.reason,
        round.improves, round.provider, round.model, round.call_id as "callId", round.response,
        round.finish_reason as "finishReason", round.error, round.evaluator_provider as "evaluatorProvider",
        round.evaluator_model as "evaluatorModel", round.score, round.feedback,
        round.is_self_evaluated as "isSelfEvaluated", round.evaluation_error as "evaluationError",
        round.started_at as "startedAt", round.completed_at as "completedAt",
        coalesce(spent.cost, 0)::float8 as cost, coalesce(spent.complete, true) as "costComplete"
      from round cross join lateral (
        select sum(cost) as cost, bool_and(cost is not null) as complete from model_call
        where run_id = round.orchestration_id and started_at >= round.started_at and started_at < round.next_at
      ) as spent
      order by round.orchestration_id, round.iteration`,
    values: [ids],
  });
  return rows.map(toRound);
}

function toRound(row: Columns): RoundRow {
  const { orchestrationId, iteration, selected, reason, improves, error } = row;
  const { cost, costComplete, startedAt, completedAt } = row;
  const known = { orchestrationId, iteration, selected, reason, improves, error };
  return {
    ...known,
    ...{ cost, costComplete, startedAt, completedAt },
    answer: toAnswer(row),
    evaluation: toEvaluation(row),
  };
}

function toAnswer({ provider, model, callId, response, finishReason }: Columns): Round['answer'] {
  if (provider === null || model === null || callId === null) return null;
  return { provider, model, callId, text: response ?? '', finishReason: finishReason ?? 'other' };
}

function toEvaluation(row: Columns): Round['evaluation'] {
  const { evaluatorProvider: provider, evaluatorModel: model, isSelfEvaluated } = row;
  if (provider === null || model === null || isSelfEvaluated === null) return null;
  const { score, feedback, evaluationError: error } = row;
  return { provider, model, isSelfEvaluated, score, feedback, error };
}

/**
 * The change made by an orchestration's checkpoint. A round is written when it begins, when it is answered
 * and when it is evaluated.
 */
export function roundChange(round: Round): StepChange {
  const { answer, evaluation, error, ...begun } = round;
  const added = evaluation ?? answer ?? error ?? begun;
  return { writeStep: writeRoundStep, value: roundColumns(round), added };
}

/** A round in the format of `writeRoundStep`. */
function roundColumns({ answer, evaluation, ...round }: Round) {
  return {
    ...round,
    provider: answer?.provider,
    model: answer?.model,
    call_id: answer?.callId,
    response: answer?.text,
    finish_reason: answer?.finishReason,
    evaluator_provider: evaluation?.provider,
    evaluator_model: evaluation?.model,
    score: evaluation?.score,
    feedback: evaluation?.feedback,
    is_self_evaluated: evaluation?.isSelfEvaluated,
    evaluation_error: evaluation?.error,
    is_over: round.error !== null || evaluation !== null,
  };
}

const COLUMNS = `
  selected, reason, improves, provider, model, call_id, response, finish_reason, error, evaluator_provider,
  evaluator_model, score, feedback, is_self_evaluated, evaluation_error`;

/** Writes a round and the resulting progress. */
const writeRoundStep = stepStatement(
  'round',
  ({ value }) => `changed as (
    insert into orchestration_round (orchestration_id, iteration, ${COLUMNS}, completed_at)
    select written.run_id, iteration, ${COLUMNS},
      case when (${value} -> 'is_over')::boolean then clock_timestamp() end
    from written, jsonb_populate_record(null::orchestration_round, ${value})
    on conflict (orchestration_id, iteration) do update
    set (${COLUMNS}, completed_at) = (
      select ${COLUMNS.replaceAll(/\w+/g, 'excluded.$&')}, excluded.completed_at)
    returning orchestration_id, iteration, completed_at
  ), advanced as (
    update orchestration set progress = greatest(progress, changed.iteration::float8 / max_iterations)
    from changed where orchestration.id = changed.orchestration_id and changed.completed_at is not null
  )`,
);
