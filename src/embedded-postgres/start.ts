import { coerceError } from '../errors.ts';
import { keptSecret } from '../secrets/kept-secret.ts';
import { locateBinaries } from './binaries.ts';
import { bringUp, type Site } from './bring-up.ts';
import { ensureCluster, ensureRunFolder, sweepDrafts } from './cluster.ts';
import { prepareLauncher } from './launch.ts';
import { layoutOf } from './layout.ts';
import { completeLibraryLinks } from './library-links.ts';
import { chooseOsUser } from './os-user.ts';
import { urlOf } from './ownership.ts';
import { keepLogShort } from './server-log.ts';
import { supervise } from './supervise.ts';

export interface EmbeddedPostgres {
  /** For `pg`, MikroORM and libpq. It stays the same while this process runs. */
  url: string;
  /** Ends the database; may be called repeatedly. Close every pool before. */
  stop(): Promise<void>;
}

export interface StartOptions {
  dataDir: string;
  log: Site['log'];
  /** Called when a program of Postgres starts working: until it is done, this process only waits. */
  onLaunch?: () => void;
}

async function prepare({ dataDir, log, onLaunch }: StartOptions): Promise<Site> {
  const binaries = await locateBinaries();
  const layout = await layoutOf(dataDir);
  const user = await chooseOsUser(layout);
  await ensureRunFolder(layout, user);
  const libraryPath = await completeLibraryLinks(binaries.native, layout.spareLibraries);
  const launcher = { ...(await prepareLauncher(binaries, layout, user, libraryPath)), onLaunch };
  const secret = await keptSecret(layout.secretFile);
  await ensureCluster(layout, launcher, secret, binaries.major);
  return { layout, launcher, secret, log };
}

/**
 * Runs the embedded PostgreSQL with its data in `dataDir`. The server survives the death of this process and
 * is adopted by the next start. Throws when another live process owns the folder.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const startedAt = Date.now();
  const site = await prepare(options);
  const owner = await bringUp(site);
  const end = supervise(site, owner);
  await sweepDrafts(site.layout).catch((error: unknown) => log.warn(coerceError(error).message));
  log.info(`embedded PostgreSQL is up in ${site.layout.cluster} after ${Date.now() - startedAt} ms`);
  const stopLogWatch = keepLogShort(site.layout);
  const stop = () => end().finally(stopLogWatch);
  return { url: urlOf({ ...site, port: owner.port }), stop };
}
