import { z } from 'zod';
import type { DialectTable } from '../../src/rest-compat/definitions/dialect-table.ts';
import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';

type Schema = z.core.JSONSchema.JSONSchema;
type Values = Record<string, unknown>;

/** Example values for members of requests, by the name of the member. */
const EXAMPLES: Values = {
  email: 'ann@example.com',
  username: 'ann',
  password: 'a good password',
  name: 'Example',
  title: 'Security scan',
  description: 'Scan example.com',
  prompt: 'Why is the sky blue?',
  query: 'Why is the sky blue?',
  task_type: 'security_scan',
  target: 'example.com',
  priority: 5,
  temperature: 0.2,
  top_p: 0.9,
  max_tokens: 1000,
  max_iterations: 5,
  evaluation_threshold: 8,
  context_size: 8000,
  context_window: 128000,
  max_output: 8192,
  timeout: 600,
  max_cost: 0.5,
  cost_limit: 0.5,
  cost_sensitivity: 0.5,
  original_prompt: 'Why is the sky blue?',
  task: 'Scan example.com',
  base_url: 'https://models.example.com/v1',
  limit: '20',
  offset: '0',
  skip: '0',
  model: 'demo',
  model_id: 'demo',
  model_name: 'demo',
  template: 'report',
  template_name: 'report',
  user_id: 'ann',
  expires_at: '2030-01-01T00:00:00Z',
  context: { website: 'https://example.com' },
  input_data: { website: 'https://example.com' },
  working_directory: 'notes',
  run_mode: 'offline',
};

/**
 * A request to an endpoint with all its members, as far as its input describes them.
 * @param overrides parts of the request to use instead. @throws Error when the endpoint's input refuses the request
 */
export function sampleRequest(
  { name }: Pick<DialectTable, 'name'>,
  row: Endpoint,
  overrides: Readonly<Record<string, Partial<RequestParts>>>,
): RequestParts {
  const schema = z.toJSONSchema(row.input, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const sampled = sampleOf(schema, '', 0) as Partial<RequestParts>;
  const endpoint = `${name} ${row.method} ${row.path}`;
  const given = { params: {}, query: {}, body: undefined, ...sampled, ...overrides[endpoint] };
  given.query = Object.fromEntries(
    Object.entries(given.query as Values).map(([name, value]) => [name, String(value)]),
  );
  const { error } = row.input.safeParse(given);
  if (error)
    throw new Error(
      `${endpoint} refuses its example; add one that it accepts to scripts/legacy-endpoints/overrides.ts: ${JSON.stringify(given)} ${error.message}`,
    );
  return given;
}

/** Every word of a closed list in a schema. */
export function wordsOf(schema: z.ZodType): unknown[] {
  const text = JSON.stringify(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }),
  );
  return [...text.matchAll(/"enum":(\[[^\]]*\])/g)].flatMap(([, words]) => JSON.parse(words!) as unknown[]);
}

const MAX_DEPTH = 10;

function sampleOf(schema: Schema, name: string, depth: number): unknown {
  const { enum: words, const: only, anyOf, allOf } = schema;
  const type = typeOf(schema);
  if (depth > MAX_DEPTH) return null;
  if (only !== undefined) return only;
  if (words && !words.includes(EXAMPLES[name] as never)) return words[0];
  const example = EXAMPLES[name];
  if (example !== undefined && fits(example, schema)) return example;
  if (anyOf) return sampleOf(anyOf.find((one) => (one as Schema).type !== 'null') as Schema, name, depth + 1);
  if (allOf) return sampleOf(allOf[0] as Schema, name, depth + 1);
  if (type === 'object') return sampleObject(schema, depth);
  if (type === 'array') return [sampleOf((schema.items ?? {}) as Schema, singular(name), depth + 1)];
  if (type === 'integer' || type === 'number') return sampleNumber(schema);
  if (type === 'boolean') return true;
  if (type === 'string') return sampleText(schema, name);
  return {};
}

/** An object without known members can have any. */
function sampleObject({ properties, additionalProperties }: Schema, depth: number): Values {
  if (!properties || (Object.keys(properties).length === 0 && additionalProperties !== undefined))
    return { topic: 'security' };
  return Object.fromEntries(
    Object.entries(properties).map(([name, of]) => [name, sampleOf(of as Schema, name, depth + 1)]),
  );
}

function sampleText({ format, pattern, default: usual }: Schema, name: string): unknown {
  if (format === 'date-time') return '2030-01-01T00:00:00Z';
  if (pattern?.includes('\\d')) return '10';
  if (usual !== undefined) return String(usual);
  if (/^(is_|has_|supports_)|active$/.test(name)) return 'true';
  return /(^|_)id$/.test(name) ? `${name.toUpperCase()}` : 'text';
}

/** Members that may be null have two types. */
function typeOf({ type }: Schema): string | undefined {
  return Array.isArray(type) ? type.find((one) => one !== 'null') : type;
}

/** The maximum is often a 32-bit limit, which makes no good example. */
function sampleNumber({ default: usual, minimum = 1 }: Schema): unknown {
  return usual ?? (minimum < 0 ? 1 : minimum);
}

const singular = (name: string) => name.replace(/s$/, '');

function fits(example: unknown, schema: Schema): boolean {
  const { anyOf } = schema;
  const type = typeOf(schema);
  if (anyOf) return anyOf.some((one) => fits(example, one as Schema));
  if (type === undefined) return true;
  if (typeof example === 'number') return type === 'integer' || type === 'number';
  return type === typeof example;
}
