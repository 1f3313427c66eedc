import type { Database } from '../database/database.ts';
import { FINISHED } from '../entities/run-statuses.ts';

/** Of the last tasks that completed or failed, those with a prediction count. */
const LAST_TASKS = 10_000;
const BINS = 10;

/** Tasks whose predicted probability of success is within a range. */
export interface CalibrationBin {
  low: number;
  high: number;
  tasks: number;
  /** The mean prediction, and the share that succeeded. */
  predicted: number;
  observed: number;
}

/** The accuracy of predictions. Unknown values are null. */
export interface PredictionCalibration {
  tasks: number;
  succeeded: number;
  /** Mean squared error, 0 is best. */
  brierScore: number | null;
  /** The same for always predicting the share of all tasks that succeeded. */
  baseRateBrierScore: number | null;
  /** Bins that are not empty. */
  bins: CalibrationBin[];
  /** Number of succeeded tasks whose duration was within the predicted interval. */
  withinInterval: number;
}

/** For a user's own tasks, in one statement. */
export async function readCalibration(database: Database, userId: string): Promise<PredictionCalibration> {
  const { rows } = await database.pool.query<PredictionCalibration>({
    name: 'read-calibration',
    text: `
      with ended as (
        select (task.prediction -> 'successProbability')::float8 as predicted, task.succeeded,
          task.succeeded::int::float8 as observed,
          extract(epoch from task.completed_at - task.started_at)::float8
            between (task.prediction -> 'duration' -> 'low')::float8
            and (task.prediction -> 'duration' -> 'high')::float8 as is_within
        from (
          select id from run
          where owner_id = $1 and kind = 'task' and status ${FINISHED}
          order by created_at desc limit ${LAST_TASKS}
        ) as last cross join lateral (select * from task where task.id = last.id offset 0) as task
        where task.prediction is not null and task.started_at is not null and task.succeeded is not null
      ), bins as (
        select least(floor(predicted * ${BINS}), ${BINS - 1}) as bin, count(*)::int as tasks,
          avg(predicted) as predicted, avg(observed) as observed
        from ended group by bin
      )
      select count(*)::int as tasks, count(*) filter (where succeeded)::int as succeeded,
        avg((predicted - observed) ^ 2) as "brierScore", avg(observed) * (1 - avg(observed)) as "baseRateBrierScore",
        count(*) filter (where succeeded and is_within)::int as "withinInterval",
        coalesce((
          select json_agg(json_build_object('low', bin / ${BINS}, 'high', (bin + 1) / ${BINS}, 'tasks', tasks,
            'predicted', predicted, 'observed', observed) order by bin) from bins), '[]') as bins
      from ended`,
    values: [userId],
  });
  return rows[0]!;
}
