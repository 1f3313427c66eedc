import { describe, expect, test } from 'vitest';
import { type RoutableModel, routeModels } from '../../../src/rules/models/routing.ts';

const talker: RoutableModel = { provider: 'openai', model: 'talker', goodAt: ['text', 'chat'] };
const coder: RoutableModel = { provider: 'openai', model: 'coder', goodAt: ['text', 'coding'] };
const thinker: RoutableModel = { provider: 'anthropic', model: 'thinker', goodAt: ['text', 'math'] };
const choice = { models: [talker, coder, thinker], reason: 'the best score' };
const nothing = { preferred: [], passedOver: [], domain: null };

function namesOf(...given: Parameters<typeof routeModels>) {
  return routeModels(...given).candidates.map(({ model }) => model);
}

describe('the order of the candidates', () => {
  test.each([
    { given: 'no wishes', wishes: {}, expected: ['talker', 'coder', 'thinker'] },
    { given: 'a preference', wishes: { preferred: [thinker] }, expected: ['thinker', 'talker', 'coder'] },
    {
      given: 'two, and a domain that the second is good at',
      wishes: { preferred: [talker, coder], domain: 'coding' },
      expected: ['coder', 'talker', 'thinker'],
    },
    {
      given: 'one that is not good at the domain',
      wishes: { preferred: [talker], domain: 'coding' },
      expected: ['talker', 'coder', 'thinker'],
    },
  ])('given $given', ({ wishes, expected }) => {
    expect(namesOf(choice, { ...nothing, ...wishes })).toEqual(expected);
  });

  test('given nothing at all: nothing', () =>
    expect(routeModels({ models: [], reason: '' }, nothing)).toEqual({ candidates: [], reasoning: '' }));

  test('given many: as many as rounds are likely to need, and all that are preferred', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ ...talker, model: `talker${index}` }));
    expect(namesOf({ ...choice, models: many }, nothing)).toHaveLength(5);
    expect(namesOf({ ...choice, models: many }, { ...nothing, preferred: many })).toHaveLength(9);
  });
});

describe('the reasoning', () => {
  test('is that of the choice, when nobody prefers anything', () => {
    expect(routeModels(choice, nothing).reasoning).toBe('openai/talker answers first: the best score.');
  });

  test('says what a preferred model is good at', () => {
    expect(routeModels(choice, { ...nothing, preferred: [coder], domain: 'coding' }).reasoning).toBe(
      'openai/coder answers first: it is preferred, and good at coding.',
    );
  });

  test('tells of preferences that cannot be met', () => {
    const passedOver = [
      { name: 'gpt9', why: 'there is no such model' },
      { name: 'claude', why: 'its provider is not configured' },
    ];
    expect(routeModels(choice, { preferred: [talker], passedOver, domain: null }).reasoning).toBe(
      'openai/talker answers first: it is preferred. Skipped: gpt9 (there is no such model), claude (its provider is not configured).',
    );
  });
});
