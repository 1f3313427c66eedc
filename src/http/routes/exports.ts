import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { exportAccount, exportedAccount, recordExport } from '../../resolvers/accounts/export-account.ts';
import { requireScope } from '../../resolvers/accounts/require-scope.ts';
import { localId } from '../../schema/builder/global-id.ts';
import type { Admission } from '../requests/admission.ts';
import { createContext, headerCredentials } from '../requests/context.ts';
import type { AtCredentialEnd } from '../requests/credential-end.ts';

/** Exports that a process sends to one account at the same time; each occupies a reader of the database now and then. */
const MOST_AT_ONCE = 2;

/** `GET /exports/{id}`: the data of an account as NDJSON, for itself and for admins. It counts as an operation. */
export function exportRoute(services: Services, admission: Admission, atCredentialEnd: AtCredentialEnd) {
  const present = new Map<string, number>();
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { id: string } }>(
      '/exports/:id',
      { exposeHeadRoute: false },
      async (request, reply) => {
        const { raw, headers, params } = request;
        const address = admission.address(raw);
        // Invalid credentials count as none; they are rejected below.
        const known = await admission.viewer(raw, headerCredentials(headers)).catch(() => null);
        await services.operationLimits.countRequest({ accountId: known?.userId ?? null, address });
        const viewer = await admission.viewer(raw, headerCredentials(headers));
        requireScope(viewer, 'read');
        const context = createContext(services, { viewer, address }, 'graphql');
        const account = await exportedAccount(context, localId('User', params.id, 'id'), 'id');
        const release = occupy(present, viewer!.userId);
        await recordExport(context, account).catch((error) => {
          release();
          throw error;
        });
        // Sent without an `await` in between: the error of credentials that expire would have no listener.
        // The statements read one row or one page each: the budget of a request is for what is held at once.
        const lines = Readable.from(exportAccount(services.store, account), { objectMode: false });
        const stop = atCredentialEnd(viewer, () => lines.destroy(new Error('the credentials have ended')));
        lines.once('close', () => {
          release();
          stop();
        });
        reply.headers({
          'cache-control': 'no-store',
          'content-type': 'application/x-ndjson; charset=utf-8',
          'content-disposition': 'attachment; filename="account.ndjson"',
        });
        return reply.send(lines);
      },
    );
  };
}

/** @returns a function that ends the occupation. @throws DomainError RATE_LIMITED */
function occupy(present: Map<string, number>, accountId: string): () => void {
  const count = present.get(accountId) ?? 0;
  if (count >= MOST_AT_ONCE) {
    const message = `at most ${MOST_AT_ONCE} exports are sent to an account at the same time; wait for one to end`;
    throw new DomainError('RATE_LIMITED', message, { retryAfter: 10 });
  }
  present.set(accountId, count + 1);
  return () => {
    const left = present.get(accountId)! - 1;
    if (left === 0) present.delete(accountId);
    else present.set(accountId, left);
  };
}
