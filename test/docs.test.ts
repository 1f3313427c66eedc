import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { environment } from '../src/start/variables.ts';
import { type Client, data } from './harness/client.ts';
import { startTestServer, type TestServer } from './harness/server.ts';

const FOLDER = new URL('../docs/guide/', import.meta.url);

/** The blocks of a page that are in such a language. */
const blocks = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block]) => block!,
  );

const PAGES = readdirSync(FOLDER).map((name) => {
  const page = readFileSync(new URL(name, FOLDER), 'utf8');
  return { name, queries: blocks(page, 'graphql'), commands: blocks(page, 'sh') };
});

let server: TestServer;
let admin: Client;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.newUser();
});
afterAll(() => server?.stop());

describe.each(PAGES)('docs/guide/$name', ({ queries, commands }) => {
  test('its GraphQL examples are answered, in their order, without errors', async () => {
    const input = { provider: 'CUSTOM', modelId: 'ours', baseUrl: 'https://models.example.com/v1' };
    const created = await admin.query(
      'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }',
      { input },
    );
    const { id } = data(created).createModel.model;
    for (const query of queries) {
      const variables = query.includes('$id') ? { id } : {};
      expect((await admin.query(query, variables)).errors, query).toBeUndefined();
    }
    expect(queries.length).toBeGreaterThan(0);
  });

  test('its commands are scripts of the project, with variables that it reads', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const lines = commands.flatMap((block) => block.split('\n')).filter((line) => line.includes('npm '));
    for (const line of lines) {
      const script = /npm (?:run )?(\S+)/.exec(line)?.[1];
      expect(scripts).toHaveProperty([script!]);
      const given = Object.fromEntries(
        [...line.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
      );
      if (script !== 'start') continue;
      expect(Object.keys(environment.shape)).toEqual(expect.arrayContaining(Object.keys(given)));
      expect(() => readConfig(given)).not.toThrow();
    }
    expect(lines.length).toBeGreaterThan(0);
  });
});
