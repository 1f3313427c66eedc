import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { listLegacyClients } from '../../store/accounts/legacy-clients.ts';
import { DIALECTS, type Origin } from '../../vocabulary.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireViewer } from '../request/viewer.ts';
import { requireAdmin } from './require-admin.ts';

export interface GivenLegacyClientFilter {
  origins?: readonly Origin[] | null | undefined;
  usedSince?: Date | null | undefined;
}

/** Programs that use the older APIs with the viewer's account, newest first. @throws DomainError VALIDATION_ERROR */
export async function legacyClients(
  context: Context,
  given: PageArguments,
  filter: GivenLegacyClientFilter | null | undefined,
) {
  const { userId } = requireViewer(context);
  return list(context, given, filter, userId);
}

/** For admins: programs that use the older APIs with any account. @throws DomainError FORBIDDEN, VALIDATION_ERROR */
export async function allLegacyClients(
  context: Context,
  given: PageArguments,
  filter: GivenLegacyClientFilter | null | undefined,
) {
  requireAdmin(context, 'list the clients of all accounts');
  return list(context, given, filter, null);
}

async function list(
  { store, legacyUse }: Context,
  given: PageArguments,
  filter: GivenLegacyClientFilter | null | undefined,
  ownerId: string | null,
) {
  const page = readPage(given);
  const origins = filter?.origins?.map(dialectOf) ?? null;
  // Only this process writes its counts now; those of other processes follow within seconds.
  await legacyUse.write();
  return connect(
    page,
    listLegacyClients(store.database, { ownerId, origins, usedSince: filter?.usedSince ?? null }),
  );
}

function dialectOf(origin: Origin) {
  const dialect = DIALECTS.find((known) => known === origin);
  if (dialect) return dialect;
  const field = 'filter.origins';
  throw new DomainError('VALIDATION_ERROR', `${field}: must be older APIs, not GRAPHQL`, { field });
}
