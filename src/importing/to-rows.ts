import { hashSecret } from '../resolvers/accounts/secrets.ts';
import { DEFAULT_PRIORITY, withoutNulls } from '../resolvers/request/fields.ts';
import { globalId } from '../rules/ids/global-id.ts';
import { derivedId, newId } from '../rules/ids/ids.ts';
import { bytesOf } from '../store/log/event-log.ts';
import type { NewEvent } from '../store/log/events.ts';
import { type Dialect, SCOPES, type TaskKind } from '../vocabulary.ts';
import type { ImportedRecord, RecordType } from './records.ts';
import type { ImportedAccount } from './statements/accounts.ts';
import type { ImportedApiKey } from './statements/api-keys.ts';
import type { ImportedSession } from './statements/sessions.ts';
import type { ImportedTask } from './statements/tasks.ts';

export type RecordOf<Type extends RecordType> = Extract<ImportedRecord, { type: Type }>;

export function toAccount(
  line: number,
  record: RecordOf<'account'>,
  unknownPassword: string,
): ImportedAccount {
  const { email, name, username = null, createdAt = null } = record;
  const passwordHash = record.passwordHash ?? unknownPassword;
  const { isAdmin, isActive } = record;
  return {
    ...{ line, id: newId(), email, name, username, passwordHash, createdAt },
    isAdmin: isAdmin ?? false,
    isActive: isActive ?? true,
  };
}

const PREFIX_LENGTH = 8;

export function toApiKey(line: number, record: RecordOf<'apiKey'>): ImportedApiKey {
  const { account, name, key, prefix, scopes, expiresAt = null, createdAt = null } = record;
  const hash = hashOf(record);
  const id = derivedId(hash);
  return {
    ...{ line, id, globalId: globalId('ApiKey', id), account, name, hash, expiresAt, createdAt },
    prefix: prefix ?? key?.slice(0, PREFIX_LENGTH) ?? '',
    scopes: scopes ? SCOPES.filter((scope) => scopes.includes(scope)) : null,
  };
}

export function hashOf({ key, sha256 }: RecordOf<'apiKey'>): string {
  return key ? hashSecret(key) : sha256!;
}

export function toSession(line: number, record: RecordOf<'session'>): ImportedSession {
  const { id, account, api, name = null, description = null, userLabel = null, createdAt } = record;
  const { status, endedAt = null, settings } = record;
  return {
    ...{ line, id, account, api, name, description, userLabel, createdAt, endedAt },
    status: status ?? 'active',
    settings: withoutNulls(settings ?? {}),
  };
}

/** The kinds of tasks that the APIs create. */
const KINDS: Record<Exclude<Dialect, 'orchestratex'>, TaskKind> = {
  themachine: 'prompt',
  'ai-task-orchestra': 'template',
  'mini-devin': 'agent',
  amas: 'agent',
};

export function toTask(line: number, record: RecordOf<'task'>): ImportedTask {
  const { type: _type, prompt, priority, tags, result, error: message, ...given } = record;
  const { status, title, description, context, parameters, metadata } = given;
  const end = {
    result: status === 'completed' ? { output: '', ...result } : null,
    error: status === 'failed' ? ({ code: 'ENDED_BY_HAND', message: message ?? 'it failed' } as const) : null,
    cancelReason: status === 'cancelled' ? (message ?? null) : null,
  };
  const kind = KINDS[record.api];
  const events = [{ type: 'RunCreated', data: { kind } }, endOf(end)] satisfies NewEvent[];
  const row = {
    ...{ line, id: given.id, account: given.account, api: given.api, kind, status },
    ...{ session: given.session ?? null, title: title ?? null, description: description ?? null },
    prompt: prompt ?? description ?? title ?? '',
    ...{ taskType: given.taskType ?? null, target: given.target ?? null, template: given.template ?? null },
    ...{ context: context ?? null, parameters: parameters ?? null, metadata: metadata ?? null },
    ...{ priority: priority ?? DEFAULT_PRIORITY, tags: tags ?? [] },
    ...{ createdAt: given.createdAt, startedAt: given.startedAt ?? null, endedAt: given.endedAt },
    ...end,
    events,
  };
  return { ...row, bytes: bytesOf(JSON.stringify(row)) };
}

function endOf({
  result,
  error,
  cancelReason,
}: Pick<ImportedTask, 'result' | 'error' | 'cancelReason'>): NewEvent {
  if (result) return { type: 'RunCompleted', data: { result } };
  if (error) return { type: 'RunFailed', data: { error } };
  return { type: 'RunCancelled', data: { reason: cancelReason } };
}
