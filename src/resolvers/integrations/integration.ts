import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { newId } from '../../rules/ids/ids.ts';
import {
  ADDRESS,
  CREDENTIAL,
  type IntegrationTest,
  IS_NOTIFIED,
  PLATFORM_NAMES,
} from '../../rules/integrations/integration.ts';
import {
  findIntegrations,
  type IntegrationRow,
  insertIntegration,
  listIntegrations,
  recordTest,
  deleteIntegration as removeIntegration,
  updateIntegration as writeIntegration,
} from '../../store/integrations/integrations.ts';
import { type Platform, RUN_ENDINGS } from '../../vocabulary.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { refuseIssues, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { type IntegrationChange, integrationChange, newIntegration } from './integration-input.ts';
import { changedSettings, newSigningKey, sealed } from './integration-settings.ts';

/** All of them are checked whenever a run of their owner ends. */
const MOST = 50;

/**
 * @throws DomainError NOT_FOUND, also for another user's integration @param field the argument that names it
 */
export async function integration(context: Context, id: string, field = 'id'): Promise<IntegrationRow> {
  const { userId } = requireViewer(context);
  const [found] = await findIntegrations(context.store.database, userId, [id]);
  if (!found) throw notFound(field);
  return found;
}

function notFound(field: string): DomainError {
  return new DomainError('NOT_FOUND', `${field}: there is no such integration`, { field });
}

export interface IntegrationFilter {
  platform?: Platform | null | undefined;
}

/** The viewer's integrations, newest first. */
export async function integrations(
  context: Context,
  given: PageArguments,
  filter: IntegrationFilter | null | undefined,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const found = listIntegrations(context.store.database, {
    ownerId: userId,
    platform: filter?.platform ?? null,
  });
  return connect(page, found);
}

export interface CreatedIntegration {
  integration: IntegrationRow;
  /** The signing key, if it was generated: it cannot be read later. */
  secret: string | null;
}

/** @throws DomainError VALIDATION_ERROR, INVALID_STATE when there are too many */
export async function createIntegration(context: Context, input: unknown): Promise<CreatedIntegration> {
  const { userId } = requireViewer(context);
  const { platform, ...given } = validate(newIntegration, input, 'input');
  refuseLacking(platform, given);
  await requireObject(context, input);
  const made = platform === 'webhook' && !given.credentials?.secret ? newSigningKey() : null;
  const fresh = {
    name: PLATFORM_NAMES[platform],
    url: null,
    // If it was not generated, it was given.
    ...(await sealed(context, made ?? given.credentials![CREDENTIAL[platform]]!)),
    notifyOn: IS_NOTIFIED[platform] ? [...RUN_ENDINGS] : [],
    isActive: true,
  };
  const settings = await changedSettings(context, platform, fresh, given);
  const row = { id: newId(), ownerId: userId, platform, origin: context.origin, ...settings };
  const created = await insertIntegration(context.store.database, row, MOST);
  if (created) return { integration: created, secret: made };
  throw new DomainError('INVALID_STATE', `there are already ${MOST} integrations, the maximum; delete one`);
}

function refuseLacking(platform: Platform, { url, credentials }: IntegrationChange): void {
  const own = CREDENTIAL[platform];
  const name = PLATFORM_NAMES[platform];
  refuseIssues([
    ...(ADDRESS[platform] === 'required' && !url
      ? [{ field: 'input.url', message: `is required for ${name}` }]
      : []),
    ...(platform !== 'webhook' && !credentials?.[own]
      ? [{ field: `input.credentials.${own}`, message: `is required for ${name}` }]
      : []),
  ]);
}

/** @throws DomainError NOT_FOUND, VALIDATION_ERROR */
export async function updateIntegration(
  context: Context,
  id: string,
  input: unknown,
): Promise<IntegrationRow> {
  const given = validate(integrationChange, input, 'input');
  await requireBytes(context, given);
  const before = await integration(context, id, 'input.id');
  const settings = await changedSettings(context, before.platform, before, given);
  const written = await writeIntegration(context.store.database, id, settings);
  if (!written) throw notFound('input.id');
  return written;
}

/** @throws DomainError NOT_FOUND */
export async function deleteIntegration(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  if (await removeIntegration(context.store.database, userId, id)) return;
  throw notFound('input.id');
}

/** Waits for the service, ten seconds at most. @throws DomainError NOT_FOUND */
export async function testIntegration(
  context: Context,
  id: string,
): Promise<{ integration: IntegrationRow; test: IntegrationTest }> {
  const row = await integration(context, id, 'input.id');
  const test = await context.integrationTester.test(row);
  const tested = await recordTest(context.store.database, id, test);
  if (!tested) throw notFound('input.id');
  return { integration: tested, test };
}
