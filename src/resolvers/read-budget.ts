export { boundReads } from '../store/bound-reads.ts';
export { tooLarge, tooManyAtOnce } from '../store/read-budget.ts';
