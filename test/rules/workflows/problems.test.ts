import { describe, expect, test } from 'vitest';
import { workflowProblems } from '../../../src/rules/workflows/problems.ts';
import type { WorkflowStep } from '../../../src/rules/workflows/workflow.ts';

function step(id: string, more: Partial<WorkflowStep> = {}): WorkflowStep {
  return {
    ...{
      id,
      name: id,
      task: 'x',
      model: null,
      agentId: null,
      template: null,
      templateParameters: {},
      parameters: {},
      responseSchema: null,
    },
    ...{ dependsOn: [], condition: null, forEach: null, maxConcurrency: 5 },
    ...{ retries: 0, retryDelaySeconds: 1, timeoutSeconds: null },
    ...more,
  };
}

const needs = (...dependsOn: string[]) => ({ dependsOn });

test.each([
  {
    given: 'two steps of one id',
    steps: [step('a'), step('b'), step('a')],
    problems: { 'steps.2.key': 'there are two steps with the id a' },
  },
  {
    given: 'a step that is not there',
    steps: [step('a'), step('b', needs('a', 'x'))],
    problems: { 'steps.1.dependsOn.1': 'step b waits for x, which is not a step; there are a, b' },
  },
  {
    given: 'a step that waits for itself',
    steps: [step('a', needs('a'))],
    problems: { 'steps.0.dependsOn': 'step a waits for itself: a → a' },
  },
  {
    given: 'a circle, and what is never reached behind it',
    steps: [
      step('a', needs('c')),
      step('b', needs('a')),
      step('c', needs('b')),
      step('d', needs('c')),
      step('e'),
    ],
    problems: {
      'steps.0.dependsOn': 'step a waits for itself: a → c → b → a',
      'steps.1.dependsOn': 'step b waits for itself: b → a → c → b',
      'steps.2.dependsOn': 'step c waits for itself: c → b → a → c',
      'steps.3.dependsOn': 'step d is never reached: it waits for c',
    },
  },
  {
    given: 'Liquid that does not parse',
    steps: [step('a', { task: '{{ input' })],
    problems: { 'steps.0.task': expect.stringMatching(/^step a: .*not closed/) },
  },
  {
    given: 'an unknown filter',
    steps: [step('a', { task: '{{ input.a | shout }}' })],
    problems: { 'steps.0.task': expect.stringMatching(/^step a: .*shout/) },
  },
  {
    given: 'Liquid that reads what is not there',
    steps: [step('a', { task: '{{ inputs.x }}' }), step('b', { task: '{{ item }}' })],
    problems: {
      'steps.0.task': 'step a: reads inputs; there are input, parameters, steps',
      'steps.1.task': 'step b: reads item; there are input, parameters, steps',
    },
  },
  {
    given: 'Liquid that reads an unknown step, one that comes later, and an unknown member',
    steps: [
      step('a', { task: '{{ steps.x.output }}' }),
      step('b', { condition: 'steps.a.output == "x"' }),
      step('c', { forEach: 'steps.b.list', dependsOn: ['b'] }),
    ],
    problems: {
      'steps.0.task': 'step a: reads steps.x, which is not a step',
      'steps.1.condition': 'step b: reads steps.a, for which it does not wait; add it to dependsOn',
      'steps.2.forEach': 'step c: reads steps.b.list; there are output and data',
    },
  },
])('$given is told, with the step', ({ steps, problems }) => {
  const found = workflowProblems(steps).map(({ field, message }) => [field, message]);
  expect(Object.fromEntries(found)).toEqual(problems);
});

describe('there is nothing wrong with', () => {
  test.each([
    [
      'steps that wait for each other in any order',
      [step('b', needs('a')), step('a'), step('c', needs('a', 'b'))],
    ],
    [
      'what is read over several steps',
      [step('a'), step('b', needs('a')), step('c', { ...needs('b'), task: '{{ steps.a.output }}' })],
    ],
    ['items of a list', [step('a', { forEach: 'input.l', task: '{{ index }} {{ item.x }}' })]],
    [
      'names that Liquid makes itself',
      [
        step('a', {
          task: '{% for l in input.list %}{{ l }}{{ forloop.index }}{% endfor %}{% assign y = 1 %}{{ y }}',
        }),
      ],
    ],
    ['a condition with operators', [step('a', { condition: 'input.a == 1 and input.b contains "x"' })]],
    ['a list that a filter makes', [step('a', { forEach: 'input.text | split: ","' })]],
  ])('%s', (_what, steps) => {
    expect(workflowProblems(steps)).toEqual([]);
  });
});
