import type { Vendor } from '../../../harness/vendor/server.ts';

const plan = (first: string, second: string) => ({
  name: 'update_plan',
  arguments: {
    steps: [
      { id: 'step-1', description: 'Read the failing test', status: first },
      { id: 'step-2', description: 'Fix the assertion', status: second },
    ],
  },
});

const writing = (path: string) => [
  { toolCalls: [{ name: 'write_file', arguments: { path, content: 'ok\n' } }] },
  { toolCalls: [{ name: 'terminal', arguments: { command: `cat ${path}` } }] },
];

/** What the document of Mini-Devin shows of a task. */
export function scriptMiniDevin({ scripts }: Vendor): void {
  const summary = 'Fixed the test by updating the expected value';
  scripts.set('gpt-4o', [
    { toolCalls: [plan('in_progress', 'pending')] },
    ...writing('tests/test_api.py'),
    { toolCalls: [plan('completed', 'completed')] },
    { toolCalls: [{ name: 'finish', arguments: { summary } }] },
  ]);
  scripts.set('gpt-4o@key=asking', [
    { toolCalls: [{ name: 'ask_user', arguments: { question: 'Proceed?' } }] },
    { text: 'I did' },
  ]);
}

/** An agent of TheMachine with tools. */
export function scriptTheMachine({ scripts }: Vendor): void {
  scripts.set('gpt-4o@key=builder', [...writing('component.jsx'), { text: 'Wrote the component' }]);
}
