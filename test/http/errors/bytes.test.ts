import { describe, expect, test } from 'vitest';
import { DomainError, shortened } from '../../../src/errors.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { templateInput } from '../../harness/template-steps.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const WORKFLOW =
  'mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { workflow { id } } }';
const TEMPLATE =
  'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
const TASK = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';

const range = (length: number) => Array.from({ length }, (_, index) => index);
const long = 'x'.repeat(60);
const step = { model: 'demo', task: 'x' };
const script = { type: 'RUN_SCRIPT', script: 'x' };

describe('a refusal says enough, and no more than that', () => {
  test.each([
    [
      'unknown references of all steps',
      WORKFLOW,
      {
        name: 'w',
        steps: range(100).map((n) => ({
          ...step,
          key: `${long}${n}`,
          task: range(100)
            .map((m) => `{{ steps.${long}_${m}.output }}`)
            .join(''),
        })),
      },
    ],
    [
      'unknown steps to wait for',
      WORKFLOW,
      {
        name: 'w',
        steps: range(60).map((n) => ({
          ...step,
          key: `${long}${n}`,
          dependsOn: range(60).map((m) => `n${m}`),
        })),
      },
    ],
    [
      'a circle of all',
      WORKFLOW,
      {
        name: 'w',
        steps: range(100).map((n) => ({
          ...step,
          key: `${long}${n}`,
          dependsOn: [`${long}${(n + 1) % 100}`],
        })),
      },
    ],
    [
      'references to no parameter',
      TEMPLATE,
      {
        name: 't',
        parameters: range(50).map((n) => ({ name: `${long}${n}`, type: 'STRING' })),
        steps: range(50).map((n) => ({
          ...script,
          key: `s${n}`,
          script: range(200)
            .map((m) => `{{ unknown${m} }}`)
            .join(''),
        })),
      },
    ],
    [
      'a name of 200,000 characters',
      TASK,
      { templateName: 'ollama-inference', templateParameters: { [long.repeat(3_000)]: 1 } },
    ],
    [
      'a pattern of 60,000 characters',
      TASK,
      { prompt: 'x', model: 'demo', responseSchema: { pattern: `(${long.repeat(1_000)}` } },
    ],
    [
      'names that are no member',
      TASK,
      {
        prompt: 'x',
        templateParameters: Object.fromEntries(range(5_000).map((n) => [`${long}${n}`, 1])),
        templateName: 'ollama-inference',
      },
    ],
  ])('%s', async (_what, document, input) => {
    const { errors } = await ann.query(document, {
      input: document === TEMPLATE ? templateInput(input) : input,
    });
    expect(errors).toHaveLength(1);
    const { message, extensions } = errors![0]!;
    expect(extensions.code).toBe('VALIDATION_ERROR');
    const issues = extensions.issues as { field: string; message: string }[];
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.length).toBeLessThanOrEqual(20);
    for (const issue of issues) {
      expect(Buffer.byteLength(issue.message)).toBeLessThanOrEqual(2_048);
      expect(Buffer.byteLength(issue.field)).toBeLessThanOrEqual(256);
    }
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(20 * 2_400);
  });
});

test('an error of the domain is bounded wherever it is made', () => {
  const issues = range(1_000).map((n) => ({
    field: `f${n}${'ü'.repeat(5_000)}`,
    message: '😀'.repeat(5_000),
  }));
  const { message, details } = new DomainError('VALIDATION_ERROR', 'x'.repeat(1_000_000), {
    field: 'y'.repeat(9_999),
    issues,
  });
  expect(details.issues).toHaveLength(20);
  expect(Buffer.byteLength(JSON.stringify(details))).toBeLessThan(20 * 2_400);
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(20 * 2_048);
  expect(new DomainError('NOT_FOUND', 'x'.repeat(5_000)).message).toHaveLength(2_046);
});

test.each([
  ['short', 'short'],
  ['x'.repeat(2_048), 'x'.repeat(2_048)],
  ['x'.repeat(2_049), `${'x'.repeat(2_045)}…`],
  ['😀'.repeat(600), `${'😀'.repeat(511)}…`],
])('%#: text is cut between characters', (text, expected) => {
  expect(shortened(text)).toBe(expected);
});
