import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take half a minute and more, to begin with: one that begins last is waited for with a core idle. Where no
 * durations of an earlier run are known vitest takes the largest files first, and these are small. Those that start
 * processes take turns with others, as they need more than one core.
 */
const LONGEST = [
  'processes/npm',
  'sweep/echo',
  'processes/crashes/task',
  'http/graphql/graphiql',
  'processes/fair',
  'sweep/graphql',
  'processes/legacy-sockets',
  'sweep/dialects',
  'processes/start',
  'providers/endless',
  'processes/outage',
  'embedded-postgres/embedded-postgres',
  'rest-compat/load',
  'sweep/dialects-echo',
  'processes/crashes/workflow',
  'runs/budgets',
  'agents/resume',
  'sweep/undeclared-routes',
  'processes/slow-subscriber',
  'providers/contract',
  'processes/feeds',
  'engine/agents/tools',
  'processes/crashes/orchestration',
  'computation/event-loop',
  'accounts/revocation',
].map((name) => `/test/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const longest = LONGEST.flatMap((name) => files.filter(({ moduleId }) => moduleId.endsWith(name)));
    return [...new Set([...longest, ...others])];
  }
}
