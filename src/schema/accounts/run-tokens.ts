import { createRunToken, type RunToken } from '../../resolvers/accounts/run-tokens.ts';
import { builder } from '../builder/builder.ts';
import { localRun } from '../runs/local-run.ts';

const CreateRunTokenInput = builder.inputType('CreateRunTokenInput', {
  description:
    "All runs must be the viewer's own; otherwise it fails with NOT_FOUND and no token is created.",
  fields: (t) => ({
    runIds: t.idList({ required: true, description: '1 to 50 tasks, executions or orchestrations.' }),
    expiresInSeconds: t.int({ description: '1 to 86400; absent: 3600.' }),
  }),
});

const CreateRunTokenPayload = builder.objectRef<RunToken>('CreateRunTokenPayload').implement({
  description: 'A token for a page that follows specific runs.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'Send it as `Authorization: Bearer <token>`.' }),
    expiresInSeconds: t.exposeInt('expiresIn', { description: 'Seconds until it expires.' }),
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
      createRunToken(
        context,
        runIds.map((id, index) => localRun(id, `input.runIds.${index}`)),
        expiresInSeconds,
      ),
  }),
);
