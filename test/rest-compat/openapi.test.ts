import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { successorTables } from '../../src/rest-compat/openapi/successors.ts';
import { DIALECTS } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { DOCUMENTED } from './audits/documented.ts';

const server = fixture(() => startTestServer({ worker: false }));

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

test('documents and the page lead to where they were read: the mount, or a base URL with a secret', async () => {
  for (const base of [server.url, server.baseUrl!]) {
    const page = await fetch(`${base}/docs`);
    expect(page.url).toBe(`${base}/docs/`);
    const script = await (await fetch(`${base}/docs/static/swagger-initializer.js`)).text();
    const named = /"?url"?:\s*"([^"]*orchestratex[^"]*)"/.exec(script)![1]!;
    const document = new URL(named, page.url);
    expect(document.href).toBe(`${base}/orchestratex/openapi.json`);
    const { servers } = await (await fetch(document)).json();
    expect(new URL(servers[0].url, document).href).toBe(`${base}/orchestratex/`);
  }
});

test('the tables for who moves on name every documented endpoint', () => {
  const text = successorTables(Object.values(DIALECT_TABLES));
  for (const line of Object.values(DOCUMENTED).flat()) expect(text).toContain(`| \`${line}\` |`);
});
