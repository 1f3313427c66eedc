import { text } from '../validate.ts';

export const newPassword = text({ min: 8, max: 200 });
