import { expect, test } from 'vitest';
import { findNamed, type Nameable, named, namesOf } from '../../src/rest-compat/orchestratex/model-names.ts';
import { globalIdOf } from '../../src/rest-compat/shapes/output.ts';

function model(provider: Nameable['provider'], modelId: string, rest: Partial<Nameable> = {}): Nameable {
  const id = globalIdOf('Model', `${provider.toLowerCase()}/${modelId}`);
  return { id, provider, modelId, name: modelId.toUpperCase(), aliases: [], isBuiltIn: true, ...rest };
}

const called = (models: Nameable[]) => named(models).map((one) => one.called);

test('a model is called by its alias, else by its id', () => {
  expect(called([model('OPENAI', 'gpt-4o', { aliases: ['gpt4', 'four'] }), model('OPENAI', 'o3')])).toEqual([
    'gpt4',
    'o3',
  ]);
});

test('of two with one name, the one that the name means has it, and the other its provider', () => {
  const [azure, openai] = [model('AZURE', 'gpt-4o'), model('OPENAI', 'gpt-4o')];
  expect(called([azure, openai])).toEqual(['gpt-4o', 'azure/gpt-4o']);
  const own = model('CUSTOM', 'mine', { aliases: ['gpt-4o'], isBuiltIn: false });
  expect(called([openai, own])).toEqual(['gpt-4o', 'openai/gpt-4o']);
});

test('whatever it is called by somebody, it is found', () => {
  const all = named([model('OPENAI', 'gpt-4o', { aliases: ['gpt4', 'four'], name: 'GPT-4o' })]);
  for (const name of ['gpt4', 'four', 'gpt-4o', 'openai/gpt-4o', 'GPT-4o'])
    expect(findNamed(all, name)?.called).toBe('gpt4');
  expect(findNamed(all, 'gpt')).toBeNull();
});

test('a name that one has goes before an id that another has', () => {
  const all = named([model('OPENAI', 'claude'), model('ANTHROPIC', 'sonnet', { aliases: ['claude'] })]);
  expect(all.map((one) => one.called)).toEqual(['claude', 'anthropic/sonnet']);
  expect(findNamed(all, 'claude')?.model.provider).toBe('OPENAI');
});

test('a model that is not in the catalog is called by its id', () => {
  const nameOf = namesOf([model('OPENAI', 'gpt-4o', { aliases: ['gpt4'] })]);
  expect(nameOf({ provider: 'OPENAI', model: 'gpt-4o' })).toBe('gpt4');
  expect(nameOf({ provider: 'OPENAI', model: 'gpt-9' })).toBe('gpt-9');
});
