/** A measured value that is the sum of some effects. */
export interface Measurement {
  /** Indices of the effects. */
  effects: readonly number[];
  value: number;
  /** Inverse of the variance of the value. */
  weight: number;
}

/**
 * The most likely effects, given that each is distributed around 0: effects with little evidence shrink
 * towards 0, and several possible causes share a difference.
 * @param precisions of the effects: inverse of their prior variances
 */
export function likeliestEffects(
  measurements: readonly Measurement[],
  precisions: readonly number[],
): number[] {
  const right = precisions.map(() => 0);
  for (const { effects, value, weight } of measurements) {
    for (const effect of effects) right[effect]! += weight * value;
  }
  return solve(measurements, precisions, right);
}

/** The remaining variance of the sum of some effects, after the measurements. */
export function varianceOfSum(
  measurements: readonly Measurement[],
  precisions: readonly number[],
  effects: readonly number[],
): number {
  const right = precisions.map(() => 0);
  for (const effect of effects) right[effect]! += 1;
  return sumOf(solve(measurements, precisions, right), effects);
}

export function sumOf(values: readonly number[], effects: readonly number[]): number {
  let sum = 0;
  for (const effect of effects) sum += values[effect]!;
  return sum;
}

const MAX_STEPS = 200;
/** Tolerance of the squared error, relative to the initial one. */
const TOLERANCE = 1e-18;

/** Conjugate gradients, preconditioned by the diagonal: few steps, and no matrix. */
function solve(
  measurements: readonly Measurement[],
  precisions: readonly number[],
  right: readonly number[],
): number[] {
  const scales = ownPrecisions(measurements, precisions);
  const solution = right.map(() => 0);
  const rest = [...right];
  let scaled = rest.map((value, place) => value / scales[place]!);
  let direction = scaled;
  let error = dot(rest, scaled);
  const enough = error * TOLERANCE;
  for (let step = 0; step < MAX_STEPS && error > enough; step += 1) {
    const image = apply(measurements, precisions, direction);
    const length = error / dot(direction, image);
    addTo(solution, length, direction);
    addTo(rest, -length, image);
    scaled = rest.map((value, place) => value / scales[place]!);
    const next = dot(rest, scaled);
    direction = addTo([...scaled], next / error, direction);
    error = next;
  }
  return solution;
}

function ownPrecisions(measurements: readonly Measurement[], precisions: readonly number[]): number[] {
  const sums = [...precisions];
  for (const { effects, weight } of measurements) for (const effect of effects) sums[effect]! += weight;
  return sums;
}

/** The precision matrix times a vector. */
function apply(
  measurements: readonly Measurement[],
  precisions: readonly number[],
  vector: readonly number[],
): number[] {
  const image = vector.map((value, place) => value * precisions[place]!);
  for (const { effects, weight } of measurements) {
    const share = weight * sumOf(vector, effects);
    for (const effect of effects) image[effect]! += share;
  }
  return image;
}

function dot(one: readonly number[], other: readonly number[]): number {
  let sum = 0;
  for (let place = 0; place < one.length; place += 1) sum += one[place]! * other[place]!;
  return sum;
}

function addTo(target: number[], factor: number, vector: readonly number[]): number[] {
  for (let place = 0; place < vector.length; place += 1) target[place]! += factor * vector[place]!;
  return target;
}
