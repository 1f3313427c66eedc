/**
 * For tests with a bound on time: what stays within it once in three tries is fast enough, and the machine was busy with
 * something else. Such a test may be run again where it left off.
 */
export const TIMED = { retry: 2 };
