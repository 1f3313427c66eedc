import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { answerCandidates, storableOnly } from './text.ts';

type Schema = Record<string, unknown>;

/** Patterns come from callers, and are matched in linear time whatever they are. */
const linearTime = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // Ajv tells patterns apart by their text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearTime' },
);

/** `format` is a note to the model; nothing checks it. */
const newValidator = () =>
  new Ajv2020({
    strict: false,
    validateFormats: false,
    ownProperties: true,
    code: { regExp: linearTime },
  });

/** The draft that a schema names is passed over: its keywords mean the same to us. */
function compile({ $schema: _draft, ...schema }: Schema) {
  const check = newValidator().compile(schema);
  if ('$async' in check) throw new Error('$async has no meaning here');
  return check;
}

/** What is wrong with a JSON Schema; null when it can be used. */
export function schemaFault(schema: Schema): string | null {
  try {
    JSON.stringify(schema, storableOnly);
    compile(schema);
    return null;
  } catch (thrown) {
    return `must be a JSON Schema: ${withoutTexts((thrown as Error).message)}`;
  }
}

/** Where Ajv and RE2 repeat texts of the schema, which may be anything. Names of properties stay, as they say where. */
const REPEATED: readonly [pattern: RegExp, instead: string][] = [
  [/^(error parsing regexp: [^`]*): `.*$/s, '$1'],
  [/^can't resolve reference .*$/s, "can't resolve reference"],
  [/^(reference|invalid anchor) ".*"(.*)$/s, '$1$2'],
];

function withoutTexts(message: string): string {
  return REPEATED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}

export type Answer = { data: unknown; fault?: undefined } | { fault: string };

/** Maximum characters of an answer that is validated; no model writes as many. */
const LONGEST_ANSWER = 1_000_000;

/**
 * An answer's text as JSON that meets the schema, or what is wrong with it. Models write reasoning, words and Markdown
 * around it: of what may be the answer, the first that meets the schema is.
 */
export function readAnswer(schema: Schema, text: string): Answer {
  if (text.length > LONGEST_ANSWER)
    return { fault: `the answer is longer than ${LONGEST_ANSWER} characters` };
  const [first, ...others] = answerCandidates(text);
  if (first === undefined) return { fault: 'the answer is not JSON, but the task has a response schema' };
  try {
    const check = compile(schema);
    const data = [first, ...others].find((candidate) => check(candidate));
    if (data !== undefined) return { data };
    check(first);
    const fault = newValidator().errorsText(check.errors, { dataVar: 'answer' });
    return { fault: `the answer does not meet the task's schema: ${fault}` };
  } catch (thrown) {
    return { fault: `the answer could not be checked by the task's schema: ${(thrown as Error).message}` };
  }
}
