import { expect, test } from 'vitest';
import { refusesTools } from '../../../src/rules/answers/tools-refusal.ts';

test.each([
  ['registry.ollama.ai/library/smollm2:135m does not support tools', true],
  ["'tools' is not supported with this model.", true],
  ['No endpoints found that support tool use. Try disabling "terminal".', true],
  ['"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', true],
  ['tools param requires --jinja flag', true],
  ['litellm.UnsupportedParamsError: x does not support function calling', true],
  ["Invalid schema for function 'terminal'", false],
  ['model does not support vision', false],
  ['the model is overloaded', false],
])('%s: %s', (message, expected) => {
  expect(refusesTools(message)).toBe(expected);
});
