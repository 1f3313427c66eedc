import { describe, expect, test } from 'vitest';
import { type RoutableModel, routeModels } from '../../src/rules/model-routing.ts';

const talker: RoutableModel = { provider: 'openai', model: 'talker', capabilities: ['text'] };
const coder: RoutableModel = { provider: 'openai', model: 'coder', capabilities: ['text', 'code'] };
const thinker: RoutableModel = {
  provider: 'anthropic',
  model: 'thinker',
  capabilities: ['text', 'reasoning'],
};
const demo: RoutableModel = { provider: 'demo', model: 'demo', capabilities: ['text'] };
const catalog = [talker, coder, thinker, demo];

function namesOf(...wishes: Parameters<typeof routeModels>) {
  return routeModels(...wishes).candidates.map(({ model }) => model);
}

const nothing = { preferred: [], passedOver: [], domain: null };

describe('the order of the candidates', () => {
  test.each([
    { given: 'no wishes', wishes: {}, expected: ['talker', 'coder', 'thinker'] },
    { given: 'a domain', wishes: { domain: 'coding' }, expected: ['coder', 'talker', 'thinker'] },
    { given: 'another one', wishes: { domain: ' Math ' }, expected: ['thinker', 'talker', 'coder'] },
    { given: 'an unheard-of one', wishes: { domain: 'cooking' }, expected: ['talker', 'coder', 'thinker'] },
    { given: 'a preference', wishes: { preferred: [thinker] }, expected: ['thinker', 'talker', 'coder'] },
    {
      given: 'two, and a domain that the second is good at',
      wishes: { preferred: [talker, coder], domain: 'code' },
      expected: ['coder', 'talker', 'thinker'],
    },
    {
      given: 'one that is not good at the domain',
      wishes: { preferred: [talker], domain: 'code' },
      expected: ['talker', 'coder', 'thinker'],
    },
    {
      given: 'the demo by name',
      wishes: { preferred: [demo] },
      expected: ['demo', 'talker', 'coder', 'thinker'],
    },
  ])('given $given', ({ wishes, expected }) => {
    expect(namesOf(catalog, { ...nothing, ...wishes })).toEqual(expected);
  });

  test('given nothing but the demo: the demo', () => expect(namesOf([demo], nothing)).toEqual(['demo']));
  test('given nothing at all: nothing', () => expect(namesOf([], nothing)).toEqual([]));
  test('given many: as many as rounds are likely to need', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ ...talker, model: `talker${index}` }));
    expect(namesOf(many, nothing)).toHaveLength(5);
    expect(namesOf(many, { ...nothing, preferred: many })).toHaveLength(9);
  });
});

describe('the reasoning', () => {
  test('says why the first comes first', () => {
    expect(routeModels(catalog, { ...nothing, domain: 'coding' }).reasoning).toBe(
      'openai/coder answers first: it is the first of the catalog, and it can do code, which coding wants.',
    );
  });

  test('tells of preferences that cannot be met', () => {
    const passedOver = [
      { name: 'gpt9', why: 'there is no such model' },
      { name: 'claude', why: 'its provider is not configured' },
    ];
    expect(routeModels(catalog, { preferred: [talker], passedOver, domain: null }).reasoning).toBe(
      'openai/talker answers first: it is preferred. Passed over: gpt9 (there is no such model), claude (its provider is not configured).',
    );
  });
});
