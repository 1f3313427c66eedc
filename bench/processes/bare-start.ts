/** The baseline of a start: the same embedded Postgres, one query, and an empty Fastify. */
import Fastify from 'fastify';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/start.ts';
import { serveCommands } from '../fork.ts';

const commands = {
  async start({ dataDir }: { dataDir: string }): Promise<void> {
    const postgres = await startEmbeddedPostgres({ dataDir, log: { info() {}, warn() {} } });
    const pool = new pg.Pool({ connectionString: postgres.url });
    const app = Fastify();
    app.get('/health', async () => (await pool.query('select 1')).rows);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    stop = async () => {
      await app.close();
      await pool.end();
      await postgres.stop();
    };
    await fetch(`${url}/health`);
  },
  stop: () => stop(),
};
export type BareStartCommands = typeof commands;

let stop: () => Promise<void> = async () => {};

serveCommands(commands);
