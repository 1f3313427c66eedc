import { z } from 'zod';
import { email } from '../resolvers/accounts/email.ts';
import { metadata, priority, tags, taskType } from '../resolvers/request/fields.ts';
import { jsonObject, text } from '../resolvers/request/validate.ts';
import { sessionSettings, userLabel } from '../resolvers/sessions/session-input.ts';
import { DIALECTS, SCOPES, SESSION_STATUSES } from '../vocabulary.ts';
import { passwordHash } from './password-hash.ts';

const moment = z
  .string()
  .pipe(z.iso.datetime({ offset: true, error: 'must be a date and time such as 2026-01-31T12:00:00Z' }));
const id = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,127}$/,
    'must be 1 to 128 letters, digits and . _ -, and begin with a letter or digit',
  );
const api = z.enum(DIALECTS, `must be one of ${DIALECTS.join(', ')}`);

const account = z.strictObject({
  type: z.literal('account'),
  email,
  name: text({ min: 1, max: 200 }),
  username: text({ min: 1, max: 200 })
    .refine((given) => !given.includes('@'), 'must not contain @: an e-mail address is in email')
    .nullish(),
  passwordHash: passwordHash.nullish(),
  isAdmin: z.boolean('must be true or false').nullish(),
  isActive: z.boolean('must be true or false').nullish(),
  createdAt: moment.nullish(),
});

/** Hashes of keys have no salt, so a short key could be guessed from its hash. */
const MIN_KEY = 32;

const apiKey = z
  .strictObject({
    type: z.literal('apiKey'),
    account: email,
    name: text({ min: 1, max: 200 }),
    key: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII characters without spaces')
      .min(MIN_KEY, `must have at least ${MIN_KEY} characters; issue a new key to replace a shorter one`)
      .max(1000, 'must have at most 1000 characters')
      .nullish(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits, the SHA-256 of the key')
      .toLowerCase()
      .nullish(),
    prefix: text({ max: 12 }).nullish(),
    scopes: z
      .array(z.enum(SCOPES, `must be one of ${SCOPES.join(', ')}`))
      .min(1, 'must have at least one scope; omit it for all')
      .nullish(),
    expiresAt: moment.nullish(),
    createdAt: moment.nullish(),
  })
  .refine(({ key, sha256 }) => (key ?? null) === null || (sha256 ?? null) === null, {
    path: ['sha256'],
    message: 'must be absent when key is given',
  })
  .refine(({ key, sha256 }) => (key ?? sha256 ?? null) !== null, {
    path: ['sha256'],
    message: 'is required unless key is given',
  });

const session = z.strictObject({
  type: z.literal('session'),
  id,
  account: email,
  api,
  name: text({ min: 1, max: 200 }).nullish(),
  description: text({ max: 10_000 }).nullish(),
  status: z.enum(SESSION_STATUSES, `must be one of ${SESSION_STATUSES.join(', ')}`).nullish(),
  userLabel: userLabel.nullish(),
  settings: sessionSettings.strict().nullish(),
  createdAt: moment,
  endedAt: moment.nullish(),
});

/** Statuses of tasks that can be imported: unfinished work of another server cannot be continued on this one. */
const ENDINGS = ['completed', 'failed', 'cancelled'] as const;
const MAX_TEXT = 1_000_000;

const task = z
  .strictObject({
    type: z.literal('task'),
    id,
    account: email,
    api: api.exclude(['orchestratex'], 'must be an API with tasks; orchestratex has none'),
    session: id.nullish(),
    title: text({ max: 1000 }).nullish(),
    description: text({ max: MAX_TEXT }).nullish(),
    prompt: text({ max: MAX_TEXT }).nullish(),
    taskType: taskType.nullish(),
    target: text({ max: 10_000 }).nullish(),
    template: text({ min: 1, max: 100 }).nullish(),
    context: jsonObject(MAX_TEXT).nullish(),
    parameters: jsonObject(MAX_TEXT).nullish(),
    priority: priority.nullish(),
    tags: tags.nullish(),
    metadata: metadata.nullish(),
    status: z.enum(
      ENDINGS,
      `must be one of ${ENDINGS.join(', ')}; an unfinished task cannot be imported, so create it again through the API`,
    ),
    result: jsonObject(MAX_TEXT)
      .refine(
        ({ output }) => output === undefined || typeof output === 'string',
        'if present, output must be a string',
      )
      .nullish(),
    error: text({ min: 1, max: 10_000 }).nullish(),
    createdAt: moment,
    startedAt: moment.nullish(),
    endedAt: moment,
  })
  .refine(({ status, result }) => status === 'completed' || !result, {
    path: ['result'],
    message: 'is only allowed with the status completed',
  })
  .refine(({ status, error }) => status !== 'completed' || !error, {
    path: ['error'],
    message: 'is only allowed with the status failed or cancelled',
  })
  .refine(({ api, template }) => (api === 'ai-task-orchestra') === Boolean(template), {
    path: ['template'],
    message: 'is required for ai-task-orchestra, and only allowed there',
  })
  .refine(
    ({ createdAt, startedAt, endedAt }) => {
      const times = [createdAt, startedAt ?? createdAt, endedAt].map((time) => Date.parse(time));
      return times[0]! <= times[1]! && times[1]! <= times[2]!;
    },
    { path: ['endedAt'], message: 'must not be before startedAt, nor startedAt before createdAt' },
  );

/** What a line of the file may be, by its `type`. */
export const RECORDS = { account, apiKey, session, task } as const;

export type RecordType = keyof typeof RECORDS;
export type ImportedRecord = { [Type in RecordType]: z.output<(typeof RECORDS)[Type]> }[RecordType];
