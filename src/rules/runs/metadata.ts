/** Characters of the JSON of a run's metadata. */
export const MAX_METADATA = 16_000;
