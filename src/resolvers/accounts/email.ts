import { z } from 'zod';
import { text } from '../request/validate.ts';

export const email = text({ max: 254 })
  .trim()
  .toLowerCase()
  .pipe(
    z.email({ pattern: z.regexes.html5Email, message: 'must be an e-mail address such as ann@example.com' }),
  );
