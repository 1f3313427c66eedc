import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient } from './clients/legacy-client.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

// biome-ignore lint/suspicious/noExplicitAny: the documents are JSON of any shape
type JsonObject = any;

/** A text of a body with a documented maximum length. */
interface Field {
  /** `steps.0.task` */
  path: string[];
  most: number;
}

/** Texts of a schema that can have any letters: not addresses and expressions with a form of their own. */
function fieldsOf(schema: JsonObject, path: string[] = []): Field[] {
  const { properties = {}, items, anyOf = [], maxLength, pattern, format } = schema;
  const isFree = !format && (!pattern || new RegExp(pattern).test('x'.repeat(20)));
  return [
    ...(maxLength && isFree ? [{ path, most: maxLength }] : []),
    ...Object.entries(properties).flatMap(([name, member]) => fieldsOf(member, [...path, name])),
    ...(items ? fieldsOf(items, [...path, '0']) : []),
    ...anyOf.flatMap((either: JsonObject) => fieldsOf(either, path)),
  ];
}

/** A body with another value at a path. */
function withValue(body: JsonObject, [name, ...rest]: readonly string[], value: string): JsonObject {
  if (name === undefined) return value;
  if (name !== '0') return { ...body, [name]: withValue(body?.[name], rest, value) };
  return [withValue(body?.[0], rest, value), ...(body ?? []).slice(1)];
}

/** What a field needs beside it, where the example of its body has it not. By dialect and field. */
const BESIDE: Readonly<Record<string, object>> = {
  'themachine schedule.time_zone': { schedule: { cron: '0 7 * * *' } },
  // The model outside the parameters has precedence.
  'themachine parameters.model': { model_id: undefined },
  'themachine steps.0': { steps: [{ id: 'a', task: 'x' }] },
  'amas credentials.webhook_url': { platform: 'slack', credentials: {} },
  'amas credentials.secret': { platform: 'webhook', credentials: { url: 'https://example.com' } },
};

/** How a text must begin. */
const BEGINNING: Readonly<Record<string, string>> = {
  'amas credentials.webhook_url': 'https://hooks.slack.com/services/',
};

/** AI Task Orchestra has none but the name of a template, and any long name is refused because there is no such template. */
const WITH_TEXTS = DIALECTS.filter((name) => name !== 'ai-task-orchestra');

/** A model that needs no configuration of the server. */
const CUSTOM = {
  provider: 'custom',
  base_url: 'https://models.example.com/v1',
  api_key: 'x',
  prices: { input: 1, output: 1 },
};

function besideOf(field: string): object {
  return Object.entries(BESIDE).find(([start]) => `${field}.`.startsWith(`${start}.`))?.[1] ?? {};
}

describe.each(WITH_TEXTS)('given the OpenAPI document of %s', (name) => {
  const ask = (method: string, path: string, body?: unknown) =>
    createLegacyClient(`${server.url}/${name}`)(method, path, body, { authorization: `Bearer ${ann.token}` });

  test('then a text of the documented length is accepted, and a longer one is refused', async () => {
    const { paths, components } = (await ask('GET', '/openapi.json')).body;
    const schemaOf = ({ requestBody }: JsonObject): JsonObject =>
      components.schemas[requestBody?.content['application/json'].schema.$ref?.split('/').at(-1)];

    let checked = 0;
    /** The path of a new object instead of `/api/v1/tasks/{task_id}`. */
    async function pathOf(path: string): Promise<string> {
      const [list] = path.split('/{');
      const creation = paths[list!]?.post;
      if (list === path || !creation) return path;
      const [example] = schemaOf(creation).examples;
      // The example of a model is one that there is, and whose provider is not configured.
      const fresh = 'id' in example ? { ...example, id: `fresh-${checked}`, ...CUSTOM } : example;
      const { body } = await ask('POST', list!, fresh);
      expect(body, list).toMatchObject({ id: expect.any(String) });
      return path.replace(/\{[^}]+\}/, body.id);
    }

    for (const [template, methods] of Object.entries<JsonObject>(paths))
      for (const [method, operation] of Object.entries<JsonObject>(methods)) {
        const schema = schemaOf(operation);
        const fields = schema ? fieldsOf(schema) : [];
        if (fields.length === 0) continue;
        const path = await pathOf(template);
        for (const { path: members, most } of fields) {
          const field = `${name} ${members.join('.')}`;
          const example = { ...schema.examples[0], ...besideOf(field) };
          const send = async (length: number) => {
            const body = withValue(example, members, (BEGINNING[field] ?? '').padEnd(length, 'x'));
            return JSON.stringify((await ask(method.toUpperCase(), path, body)).body);
          };
          const tooLong = `must have at most ${most} characters`;
          const what = `${method} ${path} ${field}`;
          expect(await send(most + 1), what).toContain(tooLong);
          expect(await send(most), what).not.toContain(tooLong);
          checked += 1;
        }
      }
    expect(checked).toBeGreaterThan(0);
  });
});
