import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';

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
const validator = () => new Ajv2020({ strict: false, validateFormats: false, code: { regExp: linearTime } });

/** What is wrong with a JSON Schema (draft 2020-12); null when it can be used. */
export function schemaFault(schema: Record<string, unknown>): string | null {
  try {
    validator().compile(schema);
    return null;
  } catch (thrown) {
    return `must be a JSON Schema: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

export type Answer = { data: unknown; fault?: undefined } | { fault: string };

/** An answer's text as JSON that meets the schema, or what is wrong with it. */
export function readAnswer(schema: Record<string, unknown>, text: string): Answer {
  const data = parse(unfenced(text));
  if (data === undefined) return { fault: 'the answer is not JSON, and the task wants JSON by its schema' };
  const check = validator();
  if (check.validate(schema, data)) return { data };
  return {
    fault: `the answer does not meet the task's schema: ${check.errorsText(check.errors, { dataVar: 'answer' })}`,
  };
}

/** Models like to wrap JSON in a block of Markdown. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
