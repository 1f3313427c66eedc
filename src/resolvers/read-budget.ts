export { boundReads, type ReadBudget, tooLarge } from '../store/bound-reads.ts';
