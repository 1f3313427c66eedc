import { expect, test } from 'vitest';
import { composePrompt } from '../../../src/rules/tasks/compose-prompt.ts';
import { NO_SUBJECT } from '../../../src/rules/tasks/task.ts';

test.each([
  ['nothing', {}, null],
  ['what is not asked for', { target: 'example.com', context: { a: 1 }, taskParameters: { b: 2 } }, null],
  ['blank words', { title: ' ', description: '\n' }, null],
  ['a title', { title: 'Scan' }, 'Scan'],
  ['a description', { description: ' Fix the test.\n' }, ' Fix the test.\n'],
  ['both', { title: 'Scan', description: 'Look for holes' }, 'Scan\n\nLook for holes'],
  ['empty objects', { title: 'Scan', target: '', context: {}, taskParameters: {} }, 'Scan'],
  [
    'everything',
    {
      title: 'Scan',
      description: 'Look for holes',
      target: 'example.com',
      taskParameters: { depth: 'full', ports: [80, 443] },
      context: { language: 'python', strict: true, owner: null, size: { lines: 3 } },
    },
    [
      'Scan\n\nLook for holes\n\nTarget: example.com',
      'Parameters:\n- depth: full\n- ports: [80,443]',
      'Context:\n- language: python\n- strict: true\n- owner: null\n- size: {"lines":3}',
    ].join('\n\n'),
  ],
])('of %s', (_what, subject, prompt) => {
  expect(composePrompt({ ...NO_SUBJECT, ...subject })).toBe(prompt);
});
