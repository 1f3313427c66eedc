import { describe, expect, test } from 'vitest';
import {
  evaluateLiquid,
  fillIn,
  holdsInLiquid,
  liquidReferences,
  renderLiquid,
} from '../../../src/rules/liquid/liquid.ts';

describe('a text is filled', () => {
  test.each([
    ['plain', {}, 'plain'],
    ['{{a}} {{ b.c }}', { a: 1, b: { c: 'x' } }, '1 x'],
    ['{% if a %}yes{% else %}no{% endif %}', { a: null }, 'no'],
    ['{{ a }}', { a: null }, ''],
    ['{% for x in a %}<{{x}}>{% endfor %}', { a: ['1', '2'] }, '<1><2>'],
    ['{{ a | json }}', { a: { b: [1] } }, '{"b":[1]}'],
    ['{{ "%00" | url_decode }}', {}, '\uFFFD'],
  ])('%s with %j', (text, scope, expected) => {
    expect(renderLiquid(text, scope)).toBe(expected);
  });
});

describe('an object in any output is JSON', () => {
  const a = { b: [1, { c: 'x' }], d: null };
  const json = '{"b":[1,{"c":"x"}],"d":null}';

  test.each([
    ['{{ a }}', json],
    ['{{ a.b }}', '[1,{"c":"x"}]'],
    ['{{ a.b[1] }}', '{"c":"x"}'],
    ['{{ a | raw }}', json],
    ['{{ a | append: "!" }}', `${json}!`],
    ['{{ "x" | append: a }}', `x${json}`],
    ['{{ a | upcase }}', json.toUpperCase()],
    ['{{ a.b | join: ", " }}', '1, {"c":"x"}'],
    ['{{ "a-b" | replace: "-", a.b[1] }}', 'a{"c":"x"}b'],
    ['{{ nothing | default: a }}', json],
    ['{% assign y = a %}{{ y }}', json],
    ['{% capture y %}{{ a }}{% endcapture %}{{ y }}', json],
    ['{% echo a %}', json],
    ['{% cycle a %}', json],
    ['{% for x in a.b %}<{{ x }}>{% endfor %}', '<1><{"c":"x"}>'],
    ['{% for x in a %}{{ x }};{% endfor %}', '["b",[1,{"c":"x"}]];d;'],
    ['{{ a | json }}', json],
    ['{{ a.b | first }}{{ a.b | size }}', '12'],
    ['{{ a | escape }}', json.replaceAll('"', '&#34;')],
    ['{% for x in a.b %}{{ forloop.index }}{% endfor %}', '12'],
  ])('%s', (text, expected) => {
    expect(renderLiquid(text, { a, nothing: null })).toBe(expected);
  });

  test('lists of texts and numbers are put together, as in Liquid', () => {
    expect(renderLiquid('{{ a }}', { a: ['x', 1] })).toBe('x1');
  });
});

describe('a text that cannot be filled', () => {
  const scope = { a: 'a', long: 'x'.repeat(500_000) };

  test.each([
    ['{{ nothing }}', 'undefined variable: nothing'],
    ['{{ a.constructor }}', 'undefined variable'],
    ['{{ a.__proto__ }}', 'undefined variable'],
    ['{{ a | nothing }}', 'undefined filter: nothing'],
    ['{% if %', 'not closed'],
    ['{% include "/etc/passwd" %}', 'tag "include" not found'],
    ['{% render "x" %}', 'tag "render" not found'],
    ['{% layout "x" %}', 'tag "layout" not found'],
    ['{{ long }}{{ long }}{{ long }}', 'longer than 1000000 characters'],
  ])('%s: %s', (text, expected) => {
    expect(() => renderLiquid(text, scope)).toThrow(expected);
  });
});

describe('what a text reads', () => {
  test.each([
    ['nothing', []],
    ['{{a}}{{ b["c"] }}', [['a'], ['b', 'c']]],
    ['{% assign x = a %}{{ x }}{% for y in b %}{{ y }}{% endfor %}', [['a'], ['b']]],
    [
      '{{ a[b.c].d }}',
      [
        ['a', null, 'd'],
        ['b', 'c'],
      ],
    ],
    ['{{ "x" | append: a }}', [['a']]],
  ])('%s', (text, references) => {
    const read = liquidReferences(text);
    expect(read).toEqual({ references: expect.arrayContaining(references) });
  });

  test('or what is wrong with it', () => {
    expect(liquidReferences('{{ a')).toEqual({ problem: expect.stringContaining('not closed') });
  });

  test.each([
    ['{{ "secret', 'output "{{" not closed, line:1, col:1'],
    ['{% if "secret" %}', 'tag "{% if" not closed, line:1, col:1'],
    ['{% raw %}secret', 'raw "{% raw" not closed, line:1, col:10'],
    ['{% for a on "secret" %}{% endfor %}', 'illegal tag: "{% for", line:1, col:1'],
    ['{% cycle "secret": %}', 'empty candidates: "{% cycle", line:1, col:19'],
    ['{{ x | first: ? "secret" }}', 'unexpected character, line:1, col:17'],
    ['{% case %}{% when "secret" %}{% endcase %}', 'invalid value expression, line:1, col:8'],
    ['{{ "secret" | nothing }}', 'undefined filter: nothing, line:1, col:1'],
    ['{% nothing "secret" %}', 'tag "nothing" not found, line:1, col:1'],
  ])('without its values: %s', (text, problem) => {
    expect(liquidReferences(text)).toEqual({ problem });
  });
});

describe('a condition holds, as in an if', () => {
  test.each([
    ['a', { a: 1 }, true],
    ['a', { a: null }, false],
    ['a', { a: false }, false],
    ['a', {}, false],
    ['a.b.c == 1', { a: {} }, false],
    ['a == "x" and b contains "y"', { a: 'x', b: 'xyz' }, true],
  ])('%s of %j: %j', (condition, scope, holds) => {
    expect(holdsInLiquid(condition, scope)).toBe(holds);
  });
});

describe('an expression is what it comes to, of whatever type', () => {
  test.each([
    ['a.b', { a: { b: [1] } }, [1]],
    ['a | split: ","', { a: 'x,y' }, ['x', 'y']],
    ['a == 1', { a: 1 }, true],
  ])('%s of %j: %j', (expression, scope, value) => {
    expect(evaluateLiquid(expression, scope)).toEqual(value);
  });

  test('or a problem, where it reads what is not there', () => {
    expect(() => evaluateLiquid('a.b', { a: {} })).toThrow('undefined variable: a.b');
  });
});

test('of a JSON value all texts are filled in; one hole alone becomes what fills it', () => {
  const scope = { n: 3, list: ['x'], text: 'T' };
  const value = {
    a: '{{ n }}',
    b: ' {{- list -}} ',
    c: 'n={{ n }}',
    d: ['{{ text }}', 1, null],
    e: '{{ n }}{{ n }}',
  };
  expect(fillIn(value, scope)).toEqual({ a: 3, b: ['x'], c: 'n=3', d: ['T', 1, null], e: '33' });
});
