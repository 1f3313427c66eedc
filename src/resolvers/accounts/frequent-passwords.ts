import { dictionary } from '@zxcvbn-ts/language-common';

/** About 49,000, in no order. */
export const FREQUENT_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common']);
