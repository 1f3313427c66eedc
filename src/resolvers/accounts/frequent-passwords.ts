import { dictionary } from '@zxcvbn-ts/language-common';

/** About 49,000, without their order. */
export const FREQUENT_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common']);
