export { boundReads } from '../../store/database/bound-reads.ts';
export { tooLarge, tooManyAtOnce } from '../../store/database/read-limit.ts';
export { openSource } from '../../store/database/read-source.ts';
