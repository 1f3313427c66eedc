import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { insertInvitation } from '../../store/accounts/account-tokens.ts';
import { validate } from '../request/validate.ts';
import { email } from './email.ts';
import { requireAdmin } from './require-admin.ts';
import { hashSecret, INVITE_TOKEN_PREFIX, newSecret } from './secrets.ts';

const DAYS_MS = 24 * 3600 * 1000;
const VALID_DAYS = 7;

const invitation = z.object({ email });

/** A secret that an admin passes on to a person. */
export interface HandedToken {
  token: string;
  expiresAt: Date;
}

/**
 * Lets an address register, regardless of REGISTRATION. Replaces an earlier invitation. @throws DomainError
 * FORBIDDEN, CONFLICT
 */
export async function inviteUser(context: Context, input: unknown): Promise<HandedToken> {
  const { userId: actorId } = requireAdmin(context, 'invite people');
  const { email: address } = validate(invitation, input, 'input');
  const token = newSecret(INVITE_TOKEN_PREFIX);
  const expiresAt = new Date(Date.now() + VALID_DAYS * DAYS_MS);
  const row = {
    hash: hashSecret(token),
    kind: 'invitation' as const,
    email: address,
    ownerId: null,
    expiresAt,
  };
  const audit = { actorId, action: 'invitation_created' as const, subject: address };
  if (await insertInvitation(context.store.database, row, audit)) return { token, expiresAt };
  throw new DomainError('CONFLICT', 'input.email: is already registered', { field: 'input.email' });
}
