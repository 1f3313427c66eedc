/**
 * For tests with a bound on time: what stays within it once in three tries is fast enough, and the machine was busy with
 * something else. Whatever else fails, fails. Such a test leaves nothing behind that the next try could meet.
 */
export const TIMED = { retry: { count: 2, condition: /to be less than/ } };
