import type { Context } from '../../context.ts';
import { listAudit } from '../../store/accounts/audit.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireAdmin } from './require-admin.ts';

/** Actions on accounts and credentials, newest first. @throws DomainError FORBIDDEN */
export async function auditLog(context: Context, given: PageArguments) {
  requireAdmin(context, 'read the audit log');
  return connect(readPage(given), listAudit(context.store.database));
}
