import type { RunError } from '../../errors.ts';
import { builder } from '../builder/builder.ts';
import { RunErrorCodeEnum } from '../builder/error-codes.ts';

export const RunErrorType = builder.objectRef<RunError>('RunError').implement({
  description: 'Why a run failed.',
  fields: (t) => ({
    code: t.expose('code', { type: RunErrorCodeEnum, description: 'What went wrong, for programs.' }),
    message: t.exposeString('message', { description: 'What went wrong, for people.' }),
  }),
});
