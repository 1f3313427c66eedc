import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import pg from 'pg';

/** What the figures depend on, for the head of the report; durability as the database itself tells it. */
export async function describeMachine(databaseUrl: string): Promise<string[]> {
  const model = cpus()[0]?.model ?? 'an unknown processor';
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `${availableParallelism()} cores of ${model}, ${gigabytes} GB, ${type()} ${release()}`,
    `Node ${process.version}, ${await describePostgres(databaseUrl)}`,
  ];
}

async function describePostgres(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const settings = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes'];
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [settings],
    );
    const of = (wanted: string) => rows.find(({ name }) => name === wanted)?.setting;
    const [version, ...durability] = settings;
    return `Postgres ${of(version!)} (${durability.map((name) => `${name} ${of(name)}`).join(', ')})`;
  } finally {
    await client.end();
  }
}
