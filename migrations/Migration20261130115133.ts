import { Migration } from '@mikro-orm/migrations';

/** The first characters of the texts of a run together: Postgres takes 5 ms to parse as many. */
const SEARCHED = 20_000;

const text = (columns: readonly string[]) => {
  const parts = columns.map((column) => `coalesce(left(${column}, ${SEARCHED}), '')`);
  return `left(${parts.join(` || ' ' || `)}, ${SEARCHED})`;
};

/** Facets of each kind beside those of every run, as name and value; null is no facet. */
const KINDS = {
  task: {
    facets: [
      ['type', 'task.type'],
      ['agent', 'task.agent_id'],
      ['kind', 'task.kind'],
      ['template', 'task.template_name'],
      ['thread', 'task.thread_id'],
      ['model', 'task.model'],
      ['model', `task.provider || '/' || task.model`],
      ...['type', 'title', 'description', 'target'].map((name) => [
        'having',
        `case when task.${name} is not null then '${name}' end`,
      ]),
    ],
    models: null,
    text: text(['task.title', 'task.description', 'task.prompt']),
  },
  execution: {
    facets: [['workflow', 'execution.workflow_id']],
    models: null,
    text: text(['execution.workflow_name']),
  },
  orchestration: {
    facets: [
      ['type', 'orchestration.domain'],
      ['thread', 'orchestration.thread_id'],
    ],
    models: `select unnest(array[round.model, round.provider || '/' || round.model]) as name
      from orchestration_round as round where round.orchestration_id = run.id and round.model is not null`,
    text: text(['orchestration.prompt']),
  },
  bulk: { facets: [], models: null, text: text(['bulk.action']) },
};

/** @param row SQL of the row of the kind: that of a trigger, or of its table, which is joined then */
function searchSql(kind: keyof typeof KINDS, row: 'new' | 'table'): string {
  const facet = ([name, value]: readonly string[]) => `run_facet(listed.scope, '${name}', ${value})`;
  const { facets, models, text } = KINDS[kind];
  const all = [
    ['week', 'run_week(run.created_at)::text'],
    ['origin', 'run.origin'],
    ['session', 'run.session_id'],
    ['ended', `case when run.status in ('failed', 'cancelled') then run.status end`],
    ['error', `case when run.status = 'failed' then ${kind}.error ->> 'code' end`],
    ...facets,
  ];
  const others = [
    `case when run.tags <> '{}' then array(select run_facet(listed.scope, 'tag', tag) from unnest(run.tags) as tag) end`,
    // A new one has no rounds.
    ...(models && row === 'table'
      ? [`array(select run_facet(listed.scope, 'model', name) from (${models}) as called)`]
      : []),
  ];
  const source = row === 'table' ? `run join ${kind} on ${kind}.id = run.id` : 'run';
  const sql = `
    insert into run_search (run_id, owner_id, kind, is_part, created_at, facets, words)
    select run.id, run.owner_id, run.kind, run.parent_id is not null, run.created_at,
      array_remove(array[${all.map(facet).join(', ')}], null) || ${others.join(' || ')},
      run_words(${text})
    from ${source}, lateral (select run_scope(run.owner_id, run.kind, run.parent_id) as scope offset 0) as listed`;
  return row === 'new' ? sql.replaceAll(`${kind}.`, 'new.') : sql;
}

const WRITE = `
    on conflict (run_id) do update set created_at = excluded.created_at, facets = excluded.facets, words = excluded.words
    where (run_search.created_at, run_search.facets, run_search.words)
      is distinct from (excluded.created_at, excluded.facets, excluded.words)`;

/** SQL of characters that end a word. */
const SEPARATORS = `'<>/\\.:@_-=&?#%~"'''`;

/** Of a scope, so that a facet of one account is never among those of another. */
const FUNCTIONS = `
  create function run_scope(owner_id text, kind text, parent_id text) returns bigint
    language sql immutable parallel safe return hashtextextended(coalesce(parent_id, owner_id || '/' || kind), 0);
  create function run_facet(scope bigint, name text, value text) returns bigint
    language sql immutable parallel safe return hashtextextended(name || '/' || value, scope);
  create function run_week(at timestamptz) returns integer
    language sql immutable parallel safe return div(extract(epoch from at), 604800)::integer;
  -- Postgres' parser would drop what is between < and >, and keep paths and names of hosts as one word; and \`<!--\`, repeated,
  -- takes it a time that is quadratic.
  create function run_text(given text) returns text language sql immutable parallel safe
    return translate(given, ${SEPARATORS}, repeat(' ', length(${SEPARATORS})));
  create function run_words(given text) returns tsvector language sql immutable parallel safe
    return strip(to_tsvector('simple', run_text(given)));
  create function run_query(given text) returns tsquery language sql immutable parallel safe
    return plainto_tsquery('simple', run_text(given));
  create function search_run(wanted text, of_kind text) returns void language plpgsql as $$
  begin
    ${Object.keys(KINDS)
      .map(
        (kind, index) => `${index > 0 ? 'els' : ''}if of_kind = '${kind}' then
      ${searchSql(kind as keyof typeof KINDS, 'table')} where run.id = wanted ${WRITE};`,
      )
      .join('\n    ')}
    end if;
  end $$;`;

const ENDED_BADLY = `('failed', 'cancelled')`;
const differs = (columns: readonly string[]) => {
  const row = (name: string) => `(${columns.map((column) => `${name}.${column}`).join(', ')})`;
  return `${row('new')} is distinct from ${row('old')}`;
};

/** Requests of runs, which are changed while no worker has them. */
const ASKED = {
  task: ['kind', 'type', 'title', 'description', 'target', 'prompt', 'provider', 'model', 'template_name', 'thread_id', 'agent_id'],
  execution: ['workflow_id', 'workflow_name'],
  orchestration: ['prompt', 'domain', 'thread_id'],
  bulk: ['action'],
};

/** Of every run: tags by clients, the others only by hand. */
const CORRECTED = ['tags', 'origin', 'session_id', 'created_at'];

const TRIGGERS = `
  create function search_this_run() returns trigger language plpgsql as $$
  begin
    perform search_run(new.id, new.kind);
    return null;
  end $$;
  create function search_run_of_round() returns trigger language plpgsql as $$
  begin
    perform search_run(new.orchestration_id, 'orchestration');
    return null;
  end $$;
  create function unsearch_runs() returns trigger language plpgsql as $$
  begin
    delete from run_search using deleted where run_id = deleted.id;
    return null;
  end $$;
  create trigger run_unsearched after delete on run referencing old table as deleted
    for each statement execute function unsearch_runs();
  create trigger run_ended_badly_or_reopened after update of status on run for each row
    when (new.status <> old.status and (new.status in ${ENDED_BADLY} or old.status in ${ENDED_BADLY}))
    execute function search_this_run();
  create trigger run_corrected after update of ${CORRECTED.join(', ')} on run for each row
    when (${differs(CORRECTED)}) execute function search_this_run();
  create trigger orchestration_round_created after insert on orchestration_round for each row
    when (new.model is not null) execute function search_run_of_round();
  create trigger orchestration_round_asked after update of provider, model on orchestration_round for each row
    when (${differs(['provider', 'model'])}) execute function search_run_of_round();
  ${Object.entries(ASKED)
    .map(
      ([kind, columns]) => `
  create function search_${kind}() returns trigger language plpgsql as $$
  begin
    perform search_run(new.id, '${kind}');
    return null;
  end $$;
  create function search_new_${kind}() returns trigger language plpgsql as $$
  begin
    ${searchSql(kind as keyof typeof KINDS, 'new')} where run.id = new.id;
    return null;
  end $$;
  create trigger ${kind}_created after insert on ${kind} for each row execute function search_new_${kind}();
  create trigger ${kind}_changed after update of ${columns.join(', ')} on ${kind} for each row
    when (${differs(columns)}) execute function search_${kind}();`,
    )
    .join('')}`;

const MADE = [
  'search_this_run',
  'unsearch_runs',
  'search_run_of_round',
  ...Object.keys(ASKED).flatMap((kind) => [`search_${kind}`, `search_new_${kind}`]),
  'search_run',
  'run_query',
  'run_words',
  'run_text',
  'run_week',
  'run_facet',
  'run_scope',
];

export class Migration20261130115133 extends Migration {

  override name = 'Migration20261130115133';

  override up(): void | Promise<void> {
    this.addSql('lock table run, task, execution, orchestration, orchestration_round, bulk in share row exclusive mode;');
    this.addSql(`create table "run_search" ("run_id" text not null, "owner_id" text not null, "kind" text not null, "is_part" boolean not null, "created_at" timestamptz(6) not null, "facets" bigint[] not null, "words" tsvector not null, primary key ("run_id"));`);
    this.addSql(FUNCTIONS);
    // Before the index, which is made of all rows more quickly than of each, and in the order in which lists read them.
    for (const kind of Object.keys(KINDS)) this.addSql(`${searchSql(kind as keyof typeof KINDS, 'table')} order by run.created_at;`);
    this.addSql(`create index "run_search_newest" on "run_search" ("owner_id", "kind", "created_at" desc, "run_id" desc) where not "is_part";`);
    this.addSql(`create index "run_search_found" on "run_search" using gin ("facets", "words") with (gin_pending_list_limit = 65536);`);

    this.addSql(`create index "run_listed_status" on "run" ("owner_id", "kind", "status", "created_at" desc, "id" desc) where "parent_id" is null and "status" in ('pending', 'waiting', 'failed', 'cancelled');`);

    this.addSql(`alter table "run_search" add constraint "run_search_kind_check" check ("kind" in ('task', 'execution', 'orchestration', 'bulk'));`);
    this.addSql(TRIGGERS);
  }

  override down(): void | Promise<void> {
    for (const name of MADE) this.addSql(`drop function ${name} cascade;`);
    this.addSql(`drop table if exists "run_search" cascade;`);

    this.addSql(`drop index "run_listed_status";`);
  }

}
