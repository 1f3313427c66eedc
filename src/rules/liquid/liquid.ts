import { Liquid } from 'liquidjs';
import { storable } from '../text/text.ts';
import { makeFiltersLegible, outputText } from './legible.ts';
import { conditionText } from './text.ts';
import { UNWATCHED, type Watch } from './watch.ts';

/** Characters that a text may have, before and after. */
const LONGEST = 1_000_000;

/** Objects and characters that one text may make on its way. */
const MEMORY = 20_000_000;

const engine = createEngine();

function createEngine(): Liquid {
  const liquid = new Liquid({
    // In the place of a file system.
    templates: {},
    strictVariables: true,
    // What is absent is false in a condition, and a fault everywhere else.
    lenientIf: true,
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: LONGEST,
    memoryLimit: MEMORY,
    outputEscape: outputText,
  });
  makeFiltersLegible(liquid);
  // They would look for other templates, and there are none.
  for (const tag of ['render', 'include', 'layout', 'block']) delete liquid.tags[tag];
  return liquid;
}

/** What a text reads: `steps.a.output` is ['steps', 'a', 'output']; a part that is computed is null. */
export type Reference = readonly (string | number | null)[];

/** What a text reads from outside of it, or what is wrong with it. */
export function liquidReferences(
  text: string,
): { references: readonly Reference[]; fault?: undefined } | { fault: string } {
  try {
    const found = engine.globalVariableSegmentsSync(engine.parse(text));
    const references = found.map((segments) =>
      segments.map((segment) => (Array.isArray(segment) ? null : segment)),
    );
    return { references: [...references, ...found.flatMap(computedParts)] };
  } catch (thrown) {
    return { fault: withoutText((thrown as Error).message) };
  }
}

/** Where liquidjs repeats a part of the text. Names of tags and filters stay. */
const REPEATED: readonly [pattern: RegExp, instead: string][] = [
  [/^(tag|output|raw) "?(\{%-?\s*\w*|\{\{).* not closed/s, '$1 "$2" not closed'],
  [/^(illegal tag|empty candidates): "?(\{%-?\s*\w*).*(, line:)/s, '$1: "$2"$3'],
  [/^(invalid value expression): .*(, line:)/s, '$1$2'],
  [/^(unexpected (?:character|token)) .*?((?:, value expected)?, line:)/s, '$1$2'],
];

/** Quoted values may be secrets. Line and column say where. */
function withoutText(message: string): string {
  return REPEATED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}

type Segments = ReturnType<Liquid['globalVariableSegmentsSync']>[number];

/** `a[b.c]` reads `b.c`, too. */
function computedParts(segments: Segments): Reference[] {
  return segments.flatMap((segment) => {
    if (!Array.isArray(segment)) return [];
    const inner = segment as Segments;
    return [inner.map((part) => (Array.isArray(part) ? null : part)), ...computedParts(inner)];
  });
}

/** The text with its holes filled, storable and of a bounded length. @throws Error that says what is wrong with it. */
export function renderLiquid(text: string, scope: Record<string, unknown>): string {
  const rendered = String(engine.parseAndRenderSync(text, scope));
  if (rendered.length > LONGEST) throw new Error(`it became longer than ${LONGEST} characters`);
  return storable(rendered);
}

/** Whether a condition, as it stands in `{% if … %}`, holds. @throws Error that says what is wrong with it. */
export function holdsInLiquid(condition: string, scope: Record<string, unknown>): boolean {
  return renderLiquid(conditionText(condition), scope) !== '';
}

/** What an expression, as it stands in `{{ … }}`, comes to. @throws Error that says what is wrong with it. */
export function evaluateLiquid(expression: string, scope: Record<string, unknown>): unknown {
  return engine.evalValueSync(expression, scope);
}

/** `{{ … }}` and nothing else. */
const ALONE = /^\s*\{\{-?((?:(?!\}\}).)*?)-?\}\}\s*$/s;

/**
 * A JSON value with the holes of its texts filled; a text that is one hole alone becomes what fills it, of whatever
 * type. @throws Error that says what is wrong with it.
 */
export function fillIn(value: unknown, scope: Record<string, unknown>, watch: Watch = UNWATCHED): unknown {
  const fill = (inner: unknown) => fillIn(inner, scope, watch);
  if (typeof value === 'string') return fillText(value, scope, watch);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fill);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
}

function fillText(text: string, scope: Record<string, unknown>, watch: Watch): unknown {
  watch.begin(text.slice(0, 100));
  const alone = ALONE.exec(text)?.[1];
  return alone === undefined ? renderLiquid(text, scope) : evaluateLiquid(alone.trim(), scope);
}
