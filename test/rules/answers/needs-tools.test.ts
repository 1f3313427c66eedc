import { expect, test } from 'vitest';
import { needsTools } from '../../../src/rules/answers/needs-tools.ts';

test.each([
  'Create a file hello.txt with the content hi.',
  'Write a Python script that prints the first ten primes.',
  'List the files in the working directory and say how many there are.',
  'Please run `npm test` and report what fails.',
  'Fix the bug in src/server.ts',
  'Read config.yaml and show the port.',
  'Clone the repository and count its commits.',
  'Rename old_name.py to new_name.py',
  'Show the output of the command uname -a',
])('%s', (prompt) => {
  expect(needsTools(prompt)).toBe(true);
});

test.each([
  'Do it',
  'x',
  'Write a poem about the sea.',
  'What is the capital of France?',
  'Explain how TCP works.',
  'Summarize this text: The company was founded in 1990. Its profit grew.',
  'Scan for vulnerabilities',
  'Translate "Good morning" into German, e.g. as one would say it in Bern.',
  'Fix failing test',
  'Review the design of our login flow',
])('not: %s', (prompt) => {
  expect(needsTools(prompt)).toBe(false);
});
