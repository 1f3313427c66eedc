import { jsonSizeProblem } from '../json/size.ts';
import { isStorable, isStorableJson } from '../text/text.ts';

const MAX_RESULT = 1_000_000;
const MAX_ERROR = 10_000;
const UNSTORABLE = 'must not contain U+0000 or an unpaired surrogate';

/** Why a task cannot be ended manually with this result; null: it can. */
export function resultProblem(result: Readonly<Record<string, unknown>>): string | null {
  const size = jsonSizeProblem(result, { characters: MAX_RESULT });
  if (size) return size;
  const json = JSON.stringify(result);
  if (json.length > MAX_RESULT) return `must have at most ${MAX_RESULT} characters`;
  if (!isStorableJson(json)) return UNSTORABLE;
  const { output } = result;
  return output === undefined || typeof output === 'string' ? null : 'if present, output must be a string';
}

/** Why a task cannot be ended manually with this error message; null: it can. */
export function errorProblem(error: string): string | null {
  if (error === '') return 'must not be empty';
  if (error.length > MAX_ERROR) return `must have at most ${MAX_ERROR} characters`;
  return isStorable(error) ? null : UNSTORABLE;
}
