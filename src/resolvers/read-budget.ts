export { boundReads } from '../store/bound-reads.ts';
export { tooLarge } from '../store/read-budget.ts';
