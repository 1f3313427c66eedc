import type { RunError } from '../../errors.ts';
import { builder } from '../builder/builder.ts';
import { RunErrorCodeEnum } from '../builder/enums.ts';

export const RunErrorType = builder.objectRef<RunError>('RunError').implement({
  description: 'Why a run failed.',
  fields: (t) => ({
    code: t.expose('code', { type: RunErrorCodeEnum, description: 'Machine-readable code.' }),
    message: t.exposeString('message', { description: 'Readable message.' }),
  }),
});
