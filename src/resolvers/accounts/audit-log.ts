import type { Context } from '../../context.ts';
import { listAudit } from '../../store/accounts/audit.ts';
import { type PageArguments, readPage, toConnection } from '../request/page.ts';
import { requireAdmin } from './require-admin.ts';

/** Actions on accounts and credentials, newest first. @throws DomainError FORBIDDEN */
export async function auditLog(context: Context, given: PageArguments) {
  requireAdmin(context, 'read the audit log');
  const page = readPage(given);
  return toConnection(page, await listAudit(context.store.database, page));
}
