import { Liquid } from 'liquidjs';
import { storable } from '../text/text.ts';
import { conditionText } from './text.ts';
import { makeFiltersLegible, outputText } from './text-filters.ts';
import { UNWATCHED, type Watch } from './watch.ts';

/** Maximum characters of a text, before and after rendering. */
const LONGEST = 1_000_000;

/** Maximum objects and characters allocated while rendering one text. */
const MEMORY = 20_000_000;

const engine = createEngine();

function createEngine(): Liquid {
  const liquid = new Liquid({
    // Replaces the file system.
    templates: {},
    strictVariables: true,
    // Undefined variables are false in conditions, and errors everywhere else.
    lenientIf: true,
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: LONGEST,
    memoryLimit: MEMORY,
    outputEscape: outputText,
  });
  makeFiltersLegible(liquid);
  // They would load other templates, which do not exist.
  for (const tag of ['render', 'include', 'layout', 'block']) delete liquid.tags[tag];
  return liquid;
}

/** A variable read by a text: `steps.a.output` is ['steps', 'a', 'output']; a computed part is null. */
export type Reference = readonly (string | number | null)[];

/** The variables that a text reads, or the error in it. */
export function liquidReferences(
  text: string,
): { references: readonly Reference[]; problem?: undefined } | { problem: string } {
  try {
    const found = engine.globalVariableSegmentsSync(engine.parse(text));
    const references = found.map((segments) =>
      segments.map((segment) => (Array.isArray(segment) ? null : segment)),
    );
    return { references: [...references, ...found.flatMap(computedParts)] };
  } catch (thrown) {
    return { problem: withoutText((thrown as Error).message) };
  }
}

/** Where liquidjs repeats part of the text. Names of tags and filters are kept. */
const REPEATED: readonly [pattern: RegExp, instead: string][] = [
  [/^(tag|output|raw) "?(\{%-?\s*\w*|\{\{).* not closed/s, '$1 "$2" not closed'],
  [/^(illegal tag|empty candidates): "?(\{%-?\s*\w*).*(, line:)/s, '$1: "$2"$3'],
  [/^(invalid value expression): .*(, line:)/s, '$1$2'],
  [/^(unexpected (?:character|token)) .*?((?:, value expected)?, line:)/s, '$1$2'],
];

/** Quoted values may be secrets. Line and column locate the error. */
function withoutText(message: string): string {
  return REPEATED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}

type Segments = ReturnType<Liquid['globalVariableSegmentsSync']>[number];

/** `a[b.c]` also reads `b.c`. */
function computedParts(segments: Segments): Reference[] {
  return segments.flatMap((segment) => {
    if (!Array.isArray(segment)) return [];
    const inner = segment as Segments;
    return [inner.map((part) => (Array.isArray(part) ? null : part)), ...computedParts(inner)];
  });
}

/** The rendered text, storable and of limited length. @throws Error with the reason */
export function renderLiquid(text: string, scope: Record<string, unknown>): string {
  const rendered = String(engine.parseAndRenderSync(text, scope));
  if (rendered.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters after rendering`);
  return storable(rendered);
}

/** Whether a condition, as in `{% if … %}`, is true. @throws Error with the reason */
export function holdsInLiquid(condition: string, scope: Record<string, unknown>): boolean {
  return renderLiquid(conditionText(condition), scope) !== '';
}

/** The value of an expression, as in `{{ … }}`. @throws Error with the reason */
export function evaluateLiquid(expression: string, scope: Record<string, unknown>): unknown {
  return engine.evalValueSync(expression, scope);
}

/** A single `{{ … }}`. */
const ALONE = /^\s*\{\{-?((?:(?!\}\}).)*?)-?\}\}\s*$/s;

/**
 * Renders all texts in a JSON value; a text that is a single `{{ … }}` becomes its value, of any type.
 * @throws Error with the reason
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
