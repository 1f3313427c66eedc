import type { Config } from './config.ts';
import { baseUrlSecret, createBaseUrlReader } from './store/base-url-secret.ts';
import { makeLink, removeLinks, takeLink } from './store/one-time-links.ts';
import { removeServerRecord, writeServerRecord } from './store/server-record.ts';

/** Ways in without an account's credentials, each by a secret that is kept in DATA_DIR; there are none in production. */
export async function openDoors(config: Config, localAdminId: string | null) {
  const { dataDir } = config;
  const adminId = config.production ? null : localAdminId;
  const hasGuests = !config.production && config.compatAnonymous !== 'none';
  const secret = hasGuests ? await baseUrlSecret(dataDir) : null;
  return {
    localAdmin:
      adminId === null ? null : { id: adminId, takeLink: (given: string) => takeLink(dataDir, given) },
    baseUrlSecret: hasGuests ? createBaseUrlReader(dataDir) : () => null,

    /** Once the server listens: what to print of it. Links that an earlier start printed stop working. */
    async print(url: string) {
      await removeLinks(dataDir);
      const link = adminId === null ? null : `${url}/graphql?link=${await makeLink(dataDir)}`;
      const record = { hasLocalAdmin: adminId !== null, hasBaseUrl: hasGuests };
      await writeServerRecord(dataDir, { pid: process.pid, url, ...record });
      return { url, link, baseUrl: secret && `${url}/k/${secret}` };
    },

    close: () => removeServerRecord(dataDir, process.pid),
  };
}
