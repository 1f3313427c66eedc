/** A value that is the sum of some effects, as it was measured. */
export interface Measurement {
  /** Which effects, by their places. */
  effects: readonly number[];
  value: number;
  /** One over the variance of the value. */
  weight: number;
}

/**
 * The likeliest effects, when each is 0 give or take: of what was hardly measured little is left, and what several
 * could have caused they share.
 * @param precisions of the effects: one over the variance that each has before anything is measured.
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

/** How uncertain the sum of some effects still is, after the measurements. */
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
/** Of the square of the error, against that of the beginning. */
const TOLERANCE = 1e-18;

/** By conjugate gradients, each effect scaled by its own precision: a few steps, and no matrix. */
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
