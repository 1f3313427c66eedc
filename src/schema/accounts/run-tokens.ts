import { DomainError } from '../../errors.ts';
import { createRunToken, type NamedRun, type RunToken } from '../../resolvers/accounts/run-tokens.ts';
import { kindOfType } from '../../rules/runs/kinds.ts';
import { builder } from '../builder/builder.ts';
import { nodeId } from '../builder/global-id.ts';

const CreateRunTokenInput = builder.inputType('CreateRunTokenInput', {
  fields: (t) => ({
    runIds: t.idList({ required: true, description: '1 to 50 tasks, executions or orchestrations.' }),
    expiresInSeconds: t.int({ description: '1 to 86400; absent: 3600.' }),
  }),
});

const CreateRunTokenPayload = builder.objectRef<RunToken>('CreateRunTokenPayload').implement({
  description: 'A token for a page that follows specific runs.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'Send it as `Authorization: Bearer <token>`.' }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Seconds until it expires.' }),
  }),
});

builder.mutationField('createRunToken', (t) =>
  t.field({
    type: CreateRunTokenPayload,
    nullable: true,
    description:
      'Creates a short-lived token for browsers. It can read the given runs and their events, and nothing else. It becomes invalid with the login or API key that created it.',
    args: { input: t.arg({ type: CreateRunTokenInput, required: true }) },
    resolve: (_root, { input: { runIds, expiresInSeconds } }, context) =>
      createRunToken(context, runIds.map(namedRun), expiresInSeconds),
  }),
);

/** @throws DomainError NOT_FOUND */
function namedRun(globalId: string, index: number): NamedRun {
  const field = `input.runIds.${index}`;
  const kind = kindOfType(typenameOf(globalId));
  if (!kind) throw new DomainError('NOT_FOUND', `${field}: there is no such run`, { field });
  return { kind, id: nodeId(globalId).id };
}

function typenameOf(globalId: string): string {
  const decoded = Buffer.from(globalId, 'base64url').toString();
  return decoded.slice(0, decoded.indexOf(':'));
}
