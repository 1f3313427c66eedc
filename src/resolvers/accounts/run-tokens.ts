import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { findOwnRuns } from '../../store/accounts/own-runs.ts';
import type { RunKind } from '../../vocabulary.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';

/** All of them are part of the token, which is sent with each request. */
const MAX_RUNS = 50;
const MAX_SECONDS = 24 * 3600;
const USUAL_SECONDS = 3600;

const newRunToken = z.object({
  runIds: z
    .array(z.unknown())
    .min(1, 'must name at least one run')
    .max(MAX_RUNS, `must name at most ${MAX_RUNS} runs`),
  expiresInSeconds: z
    .number()
    .int()
    .min(1, 'must be at least 1')
    .max(MAX_SECONDS, `must be at most ${MAX_SECONDS}, a day`)
    .nullish(),
});

export interface NamedRun {
  kind: RunKind;
  id: string;
}

export interface RunToken {
  token: string;
  /** Seconds. */
  expiresIn: number;
}

/**
 * A token that reads some runs. It ends with the login or the API key that it is created with.
 * @throws DomainError NOT_FOUND, VALIDATION_ERROR
 */
export async function createRunToken(
  context: Context,
  runs: readonly NamedRun[],
  expiresInSeconds: number | null | undefined,
): Promise<RunToken> {
  const { userId, credential } = requireViewer(context);
  const given = validate(newRunToken, { runIds: runs, expiresInSeconds }, 'input');
  const runIds = runs.map(({ id }) => id);
  const owned = await findOwnRuns(context.store.database, userId, runIds);
  const missing = runs.findIndex(({ id, kind }) => owned.get(id) !== kind);
  if (missing >= 0) throw notFound(`input.runIds.${missing}`);
  const expiresIn = given.expiresInSeconds ?? USUAL_SECONDS;
  const { loginId = null, keyHash = null, issuedAt = null } = credential ?? {};
  const basis = { loginId, keyHash, issuedAt, runIds };
  return { token: await context.tokens.sign(userId, expiresIn, context.origin, basis), expiresIn };
}

function notFound(field: string): DomainError {
  return new DomainError('NOT_FOUND', `${field}: there is no such run`, { field });
}
