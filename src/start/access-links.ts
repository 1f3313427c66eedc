import type { Config } from '../config.ts';
import { removeServerRecord, writeServerRecord } from '../data-dir/running-server.ts';
import { baseUrlSecret, createBaseUrlReader } from '../secrets/base-url-secret.ts';
import { makeLink, removeLinks, takeLink } from '../secrets/one-time-links.ts';

/**
 * URLs that give access without a login, by a secret stored in DATA_DIR: one-time links to the console and
 * GraphiQL for the local admin, and the guests' base URL. There are none in production.
 */
export async function openAccessLinks(config: Config, localAdminId: string | null) {
  const { dataDir } = config;
  const adminId = config.production ? null : localAdminId;
  const hasGuests = !config.production && config.compatAnonymous !== 'none';
  const secret = hasGuests ? await baseUrlSecret(dataDir) : null;
  return {
    localAdmin:
      adminId === null ? null : { id: adminId, takeLink: (given: string) => takeLink(dataDir, given) },
    baseUrlSecret: hasGuests ? createBaseUrlReader(dataDir) : () => null,

    /** Call it once the server listens. Invalidates links of earlier starts. @returns the URLs to print. */
    async issue(url: string, hasConsole: boolean) {
      await removeLinks(dataDir);
      const linkTo = async (path: string) =>
        adminId === null ? null : `${url}${path}?link=${await makeLink(dataDir)}`;
      const link = await linkTo('/graphql');
      const consoleUrl = hasConsole ? ((await linkTo('/')) ?? `${url}/`) : null;
      const record = { hasLocalAdmin: adminId !== null, hasBaseUrl: hasGuests, hasConsole };
      await writeServerRecord(dataDir, { pid: process.pid, url, ...record });
      return { url, link, consoleUrl, baseUrl: secret && `${url}/k/${secret}` };
    },

    close: () => removeServerRecord(dataDir, process.pid),
  };
}
