import { type DocumentNode, Kind } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { REQUIREMENTS } from '../../src/schema/guards/scopes.ts';
import { SCOPES, type Scope } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import { ask } from '../http/transports.ts';
import { END_LOGINS, ownOf, run, TRIED, type Tried, transportsOf } from './attempts.ts';
import { ownOf as ownOfRow, request, TRIED_ROWS, type TriedRow } from './dialect-attempts.ts';
import { nestedDocumentsFor } from './documents.ts';
import { variablesOf } from './inputs.ts';
import { addressOf, converse, TRIED_SOCKETS } from './sockets.ts';
import { type Caller, createKey, openSweep, plainIdOf, SWEEP_MS } from './sweep.ts';

let keys: Record<Scope, Caller>;

const sweep = fixture(openSweep, { timeoutMs: SWEEP_MS });
beforeAll(async () => {
  const made = await Promise.all(
    SCOPES.map(async (scope) => [scope, await callerWith(scope.toUpperCase())] as const),
  );
  keys = Object.fromEntries(made) as Record<Scope, Caller>;
}, SWEEP_MS);

async function callerWith(scopes: string): Promise<Caller> {
  const key = await createKey(sweep.bob.client, scopes);
  return { name: `a key with ${scopes}`, credentials: { 'x-api-key': key }, isThorough: false };
}

const requirementOf = ({ root, name }: Pick<Tried, 'root' | 'name'>) =>
  REQUIREMENTS[root as keyof typeof REQUIREMENTS][name]!;

/** It is about credentials: a key that may do it would end what the other tests need. */
const NOT_WITH_SCOPE: readonly string[] = END_LOGINS;

describe.each(TRIED)('$operation $name', (tried) => {
  const needed = requirementOf(tried);

  test.each(SCOPES)('with a key that has only the scope %s', async (scope) => {
    if (needed === scope && NOT_WITH_SCOPE.includes(tried.name)) return;
    const variables = variablesOf(tried.root, tried.field, { own: ownOf(sweep, tried) });
    for (const transport of transportsOf(tried)) {
      const { errors = [] } = NOT_WITH_SCOPE.includes(tried.name)
        ? await ask(
            transport,
            sweep.server.url,
            keys[scope].credentials,
            `mutation { ${tried.name} { __typename } }`,
          )
        : await run(sweep, keys[scope], tried, variables, { transport, fitting: null });
      const refused = errors.filter(({ message }) => /needs an API key with the scope/.test(message));
      if (needed === scope || needed === 'none' || needed === 'public') expect(refused).toEqual([]);
      else {
        expect(refused).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
        expect(refused[0]!.message).toContain(`the scope ${needed.toUpperCase()};`);
      }
    }
  });
});

const CHANGING = TRIED.flatMap((tried) => {
  const needed = requirementOf(tried);
  if (tried.operation !== 'mutation' || (needed !== 'run' && needed !== 'admin')) return [];
  return nestedDocumentsFor(tried.field, variablesOf(tried.root, tried.field, { own: {} })).map(
    (document) => ({
      tried,
      needed,
      document,
    }),
  );
});

test.each(CHANGING)(
  'a key that has only the scope $needed is refused: $document',
  async ({ tried, needed, document }) => {
    const variables = variablesOf(tried.root, tried.field, { own: ownOf(sweep, tried) });
    const { credentials } = keys[needed];
    const { data, errors } = await ask('HTTP', sweep.server.url, credentials, document, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(errors![0]!.message).toMatch(/^\w+\.\w+: .* the scope READ;/);
    expect(data).toEqual({ [tried.name]: null });
  },
);

test('mutations return objects that refer to others', () => {
  expect(CHANGING.length).toBeGreaterThan(50);
});

/** The scopes that an endpoint needs, in the order in which it asks for them. */
function scopesOf({ row }: TriedRow): Scope[] {
  const documents = [row.before?.document, row.document, row.wait?.until, row.wait?.document];
  const needed = documents.flatMap((document) => (document ? requirementsIn(document) : []));
  return [...new Set(needed)].filter((one): one is Scope => SCOPES.some((scope) => scope === one));
}

function requirementsIn(document: DocumentNode) {
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const { operation, selectionSet } = definition;
    const root = `${operation[0]!.toUpperCase()}${operation.slice(1)}`;
    return selectionSet.selections.map((selection) =>
      requirementOf({ root, name: 'name' in selection ? selection.name.value : '' }),
    );
  });
}

/** Without credentials, or with any. */
const isOpen = (tried: TriedRow) => tried.row.access === 'public' || scopesOf(tried).length === 0;

describe.each(TRIED_ROWS.filter((tried) => !isOpen(tried)))('$dialect $name', (tried) => {
  const needed = scopesOf(tried);

  test.each(SCOPES.filter((scope) => needed.some((one) => one !== scope)))(
    'is refused to a key that has only the scope %s',
    async (scope) => {
      const filling = { own: ownOfRow(sweep, tried), place: null, value: '' };
      const { status, text } = await request(sweep, keys[scope], tried, filling, `/${tried.dialect}`);
      expect(`${status} ${text}`).toMatch(/^403 .*needs an API key with the scope/);
      expect(needed.some((one) => text.includes(`the scope ${one.toUpperCase()};`))).toBe(true);
    },
  );
});

describe.each(TRIED_SOCKETS)('the socket $dialect $name', (tried) => {
  test('is closed with 4403 for a key that may not read', async () => {
    const own = Object.fromEntries(Object.entries(sweep.own).map(([type, id]) => [type, plainIdOf(id)]));
    const said = await converse(sweep.server.url, addressOf(tried, own, true), keys.run, tried.row, []);
    expect(said).toMatch(/closed with 4403/);
    expect(said).toContain('the scope READ;');
  });
});

test('an artifact is not sent to a key that may not read', async () => {
  const { Artifact } = sweep.kept.bob;
  const statuses = await Promise.all(
    [keys.run, keys.read].map(async ({ credentials }) => {
      const { status } = await fetch(`${sweep.server.url}/artifacts/${Artifact}`, { headers: credentials });
      return status;
    }),
  );
  expect(statuses).toEqual([403, 200]);
});

test('metrics and rights of an admin need the scope ADMIN', async () => {
  const [read, all] = [await createKey(sweep.admin, 'READ'), await createKey(sweep.admin, 'READ, ADMIN')];
  const statuses = await Promise.all(
    [read, all].map(async (key) => {
      const { status } = await fetch(`${sweep.server.url}/metrics`, { headers: { 'x-api-key': key } });
      return status;
    }),
  );
  expect(statuses).toEqual([403, 200]);
});
