import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { answerCandidates, storableOnly } from './text.ts';

type Schema = Record<string, unknown>;

/** Patterns come from users, and are matched in linear time, whatever they are. */
const linearTime = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // Ajv distinguishes patterns by their text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearTime' },
);

/** `format` informs the model and is not validated. */
const newValidator = () =>
  new Ajv2020({
    strict: false,
    validateFormats: false,
    ownProperties: true,
    code: { regExp: linearTime },
  });

/** The draft named by a schema is ignored: the keywords have the same meaning here. */
function compile({ $schema: _draft, ...schema }: Schema) {
  const check = newValidator().compile(schema);
  if ('$async' in check) throw new Error('$async is not supported');
  return check;
}

/** The error in a JSON Schema; null if it is valid. */
export function schemaProblem(schema: Schema): string | null {
  try {
    JSON.stringify(schema, storableOnly);
    compile(schema);
    return null;
  } catch (thrown) {
    return `must be a JSON Schema: ${withoutTexts((thrown as Error).message)}`;
  }
}

/**
 * Where Ajv and RE2 repeat text of the schema, which may be anything. Names of properties are kept, because
 * they locate the error.
 */
const REPEATED: readonly [pattern: RegExp, instead: string][] = [
  [/^(error parsing regexp: [^`]*): `.*$/s, '$1'],
  [/^can't resolve reference .*$/s, "can't resolve reference"],
  [/^(reference|invalid anchor) ".*"(.*)$/s, '$1$2'],
];

function withoutTexts(message: string): string {
  return REPEATED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}

export type Answer = { data: unknown; problem?: undefined } | { problem: string };

/** Maximum characters of an answer that is validated; models do not write as many. */
const LONGEST_ANSWER = 1_000_000;

/**
 * Parses an answer as JSON that matches the schema, or returns the error. Models write reasoning, prose and
 * Markdown around it: of the candidates, the first that matches the schema is used.
 */
export function readAnswer(schema: Schema, text: string): Answer {
  if (text.length > LONGEST_ANSWER)
    return { problem: `the answer is longer than ${LONGEST_ANSWER} characters` };
  const [first, ...others] = answerCandidates(text);
  if (first === undefined) return { problem: 'the answer is not JSON, but the task has a response schema' };
  try {
    const check = compile(schema);
    const data = [first, ...others].find((candidate) => check(candidate));
    if (data !== undefined) return { data };
    check(first);
    const problem = newValidator().errorsText(check.errors, { dataVar: 'answer' });
    return { problem: `the answer does not match the task's schema: ${problem}` };
  } catch (thrown) {
    return {
      problem: `the answer could not be validated against the task's schema: ${(thrown as Error).message}`,
    };
  }
}
