import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { successorTables } from '../../src/rest-compat/openapi/successors.ts';
import { DIALECTS, type Dialect } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import { freePort } from '../harness/free-port.ts';
import { startTestServer } from '../harness/server.ts';
import { DOCUMENTED } from './audits/documented.ts';

let port: number;
const server = fixture(async () => {
  port = await freePort();
  return startTestServer({ worker: false, variables: { COMPAT_PORTS: `amas:${port}` } });
});

// biome-ignore lint/suspicious/noExplicitAny: the documents are JSON of any shape
type JsonObject = any;

/** What a reference such as `#/components/schemas/Task` is for. */
function at(document: JsonObject, reference: string): JsonObject {
  return reference
    .slice(2)
    .split('/')
    .reduce((parent, name) => parent[name], document);
}

const read = async (path: string) => {
  const response = await fetch(server.url + path);
  expect(response.status).toBe(200);
  return response;
};

describe.each(DIALECTS)('the OpenAPI document of %s', (name) => {
  const documentOf = async () => (await read(`/${name}/openapi.json`)).json();

  test('is valid as 3.1', async () => {
    const document = await documentOf();
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });

  test('describes each operation: what it does, its credentials, and each status with a schema', async () => {
    const document = await documentOf();
    const tags = document.tags.map((tag: { name: string }) => tag.name);
    for (const { method, path, access, sends } of DIALECT_TABLES[name].endpoints) {
      const operation = document.paths[path][method.toLowerCase()];
      expect(operation.summary).toMatch(/^[A-Z][^.]+$/);
      expect(operation.description).toMatch(/^[A-Z`].+\n\nIn GraphQL: `/s);
      expect(tags).toContain(operation.tags[0]);
      const schemes = operation.security.flatMap(Object.keys);
      expect(schemes.toSorted()).toEqual(access === 'account' ? ['apiKey', 'token'] : []);
      for (const [status, response] of Object.entries<JsonObject>(operation.responses)) {
        const { content } = response.$ref ? at(document, response.$ref) : response;
        if (['204', '304'].includes(status)) expect(content).toBeUndefined();
        else if (sends && status === '200') expect(content).toHaveProperty(['application/json', 'schema']);
        else expect(content['application/json'].schema).toBeTruthy();
      }
    }
  });

  test('names its schemas, whose examples keep to them', async () => {
    const document = await documentOf();
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const [schema, { examples }] of Object.entries<JsonObject>(document.components.schemas)) {
      const isValid = ajv.compile({
        $ref: `#/components/schemas/${schema}`,
        components: document.components,
      });
      expect(examples, schema).toHaveLength(1);
      for (const example of examples) {
        expect([schema, isValid(example), isValid.errors]).toEqual([schema, true, null]);
      }
    }
    for (const [status, { content }] of Object.entries<JsonObject>(document.components.responses)) {
      const { schema, example } = content['application/json'];
      expect([status, ajv.validate(at(document, schema.$ref), example)]).toEqual([status, true]);
    }
  });

  test('knows numbers and flags in the query, with their range and default', async () => {
    const { paths } = await documentOf();
    const parameters = Object.values<JsonObject>(paths).flatMap((methods) =>
      Object.values<JsonObject>(methods).flatMap((operation) => operation.parameters),
    );
    for (const { name: parameter, schema, description } of parameters) {
      expect(description, parameter).toMatch(/\.$/);
      if (parameter.startsWith('is_')) expect(schema).toEqual({ type: 'boolean' });
      if (parameter === 'offset')
        expect(schema).toEqual({ type: 'integer', minimum: 0, maximum: 10_000, default: 0 });
      if (parameter === 'limit')
        expect(schema).toEqual({
          type: 'integer',
          minimum: 1,
          maximum: expect.any(Number),
          default: expect.any(Number),
        });
    }
  });

  test('has every endpoint, with its GraphQL operation and the shape of its answer', async () => {
    const { paths } = await documentOf();
    const told = Object.entries<Record<string, unknown>>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const have = DIALECT_TABLES[name].endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(told.toSorted()).toEqual(have.toSorted());
    const bare = DIALECT_TABLES[name].endpoints.filter(
      ({ body, sends, status }) => !body && !sends && status !== 204,
    );
    expect(bare.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});

test('a page offers all of them', async () => {
  const page = await (await read('/docs/')).text();
  expect(page).toContain('swagger-ui');
  const script = await (await read('/docs/static/swagger-initializer.js')).text();
  for (const name of DIALECTS) expect(script).toContain(`/${name}/openapi.json`);
});

test('bodies have the limits of the use cases', async () => {
  const schemasOf = async (name: Dialect) =>
    (await (await read(`/${name}/openapi.json`)).json()).components.schemas;
  const orchestra = await schemasOf('ai-task-orchestra');
  expect(orchestra.NewTask.properties.priority).toMatchObject({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 10,
    default: 5,
  });
  expect(orchestra.NewTask.examples[0].template).toBe('ollama-inference');
  const machine = await schemasOf('themachine');
  expect(machine.AgentWork.properties.parameters.anyOf[0].properties.temperature).toMatchObject({
    type: ['number', 'null'],
    minimum: 0,
    maximum: 2,
  });
  expect(machine.NewExecution.properties.parameters.properties.timeout).toMatchObject({ minimum: 1 });
});

test('a download has the types of files, and is known by its tag', async () => {
  const { paths } = await (await read('/mini-devin/openapi.json')).json();
  const { responses } = paths['/api/tasks/{task_id}/artifacts/{artifact_id}'].get;
  expect(Object.keys(responses['200'].content)).toEqual(
    expect.arrayContaining(['application/json', 'text/x-diff', 'text/plain', '*/*']),
  );
  expect(responses['304']).toBeTruthy();
});

test('at a port of its own, a dialect is served at the root', async () => {
  const document = `http://127.0.0.1:${port}/openapi.json`;
  const { servers, paths } = await (await fetch(document)).json();
  expect(servers.map(({ url }: { url: string }) => new URL(url, document).pathname)).toEqual(['/', '/']);
  expect(paths).toHaveProperty(['/api/v1/agents']);
  const named = (await (await read('/amas/openapi.json')).json()).servers;
  expect(named.map(({ url }: { url: string }) => url)).toEqual(['/amas', '.']);
});

test('documents and the page lead to where they were read: the mount, or a base URL with a secret', async () => {
  for (const base of [server.url, server.baseUrl!]) {
    const page = await fetch(`${base}/docs`);
    expect(page.url).toBe(`${base}/docs/`);
    const script = await (await fetch(`${base}/docs/static/swagger-initializer.js`)).text();
    const named = /"?url"?:\s*"([^"]*orchestratex[^"]*)"/.exec(script)![1]!;
    const document = new URL(named, page.url);
    expect(document.href).toBe(`${base}/orchestratex/openapi.json`);
    const { servers } = await (await fetch(document)).json();
    for (const { url } of servers)
      expect(new URL(url, document).href.replace(/\/$/, '')).toBe(`${base}/orchestratex`);
  }
});

test('the tables for who moves on name every documented endpoint', () => {
  const text = successorTables(Object.values(DIALECT_TABLES));
  for (const line of Object.values(DOCUMENTED).flat()) expect(text).toContain(`| \`${line}\` |`);
});
