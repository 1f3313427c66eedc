export interface Rounds<Ours, Baseline> {
  ours: Ours[];
  baseline: Baseline[];
}

/** Measures both in every round, each first in every other one, so that a machine's moods meet both alike. */
export async function interleave<Ours, Baseline>(
  rounds: number,
  ours: () => Promise<Ours>,
  baseline: () => Promise<Baseline>,
): Promise<Rounds<Ours, Baseline>> {
  const results: Rounds<Ours, Baseline> = { ours: [], baseline: [] };
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) results.ours.push(await ours());
    results.baseline.push(await baseline());
    if (round % 2 === 1) results.ours.push(await ours());
  }
  return results;
}
