import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { isStorableJson } from '../rules/text/text.ts';
import { type Line, MAX_LINE } from './read-lines.ts';
import { type ImportedRecord, RECORDS, type RecordType } from './records.ts';

/** Why a line cannot be imported. */
export interface LineProblem {
  line: number;
  code: ErrorCode;
  /** null: the line as a whole. */
  field: string | null;
  /** What is allowed. */
  message: string;
}

export interface CheckedLine {
  line: number;
  record: ImportedRecord;
}

export function checkLine({ number: line, text, bytes }: Line): CheckedLine | LineProblem[] {
  const refuse = (code: ErrorCode, field: string | null, message: string): LineProblem[] => [
    { line, code, field, message },
  ];
  if (bytes > MAX_LINE) return refuse('PAYLOAD_TOO_LARGE', null, `must have at most ${MAX_LINE} bytes`);
  if (text === null) return refuse('VALIDATION_ERROR', null, 'must be UTF-8');
  const given = parse(text);
  if (given === null) return refuse('VALIDATION_ERROR', null, 'must be a JSON object');
  if (!isStorableJson(text))
    return refuse('VALIDATION_ERROR', null, 'must not contain U+0000 or an unpaired surrogate');
  const types = Object.keys(RECORDS);
  const type = types.find((known): known is RecordType => known === given.type);
  if (!type) return refuse('VALIDATION_ERROR', 'type', `must be one of ${types.join(', ')}`);
  const { data, error } = RECORDS[type].safeParse(given);
  return data ? { line, record: data } : error.issues.map((issue) => problemOf(line, type, issue));
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const given: unknown = JSON.parse(text);
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
    return isObject ? (given as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function problemOf(line: number, type: RecordType, issue: z.core.$ZodIssue): LineProblem {
  const code = 'VALIDATION_ERROR';
  const field = issue.path.join('.') || null;
  if (issue.code === 'unrecognized_keys') {
    const allowed = Object.keys(RECORDS[type].shape).join(', ');
    return { line, code, field: issue.keys[0]!.slice(0, 100), message: `is not known; allowed: ${allowed}` };
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return { line, code, field, message: isMissing ? 'is required' : issue.message };
}
