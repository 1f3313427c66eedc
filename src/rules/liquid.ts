import { Liquid } from 'liquidjs';
import { storable } from './text.ts';
import { faultMessage, withinTime } from './within-time.ts';

/** Characters that a text may have, before and after. */
const LONGEST = 1_000_000;

/** Objects and characters that one text may make on its way. */
const MEMORY = 20_000_000;

/** A text that was accepted when its template was made should not fail because the machine is busy. */
const PATIENCE_MS = 1_000;

/** How long the texts of one piece of work may take together: while one is read or filled, nothing else happens. */
export interface Patience {
  leftMs: number;
}

export function startPatience(): Patience {
  return { leftMs: PATIENCE_MS };
}

function attempt<Result>(work: () => Result, patience: Patience): Result {
  if (patience.leftMs <= 0) throw new Error('it is too complex, with the texts before it');
  const startedAt = performance.now();
  try {
    return withinTime(work, Math.ceil(patience.leftMs));
  } catch (cause) {
    throw new Error(faultMessage(cause), { cause });
  } finally {
    patience.leftMs -= performance.now() - startedAt;
  }
}

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
  });
  // They would look for other templates, and there are none.
  for (const tag of ['render', 'include', 'layout', 'block']) delete liquid.tags[tag];
  return liquid;
}

/** What a text reads: `steps.a.output` is ['steps', 'a', 'output']; a part that is computed is null. */
export type Reference = readonly (string | number | null)[];

/** What a text reads from outside of it, or what is wrong with it. */
export function liquidReferences(
  text: string,
  patience = startPatience(),
): { references: readonly Reference[]; fault?: undefined } | { fault: string } {
  try {
    const found = attempt(() => engine.globalVariableSegmentsSync(engine.parse(text)), patience);
    const references = found.map((segments) =>
      segments.map((segment) => (Array.isArray(segment) ? null : segment)),
    );
    return { references: [...references, ...found.flatMap(computedParts)] };
  } catch (thrown) {
    return { fault: (thrown as Error).message };
  }
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
export function renderLiquid(
  text: string,
  scope: Record<string, unknown>,
  patience = startPatience(),
): string {
  const rendered = attempt(() => String(engine.parseAndRenderSync(text, scope)), patience);
  if (rendered.length > LONGEST) throw new Error(`it became longer than ${LONGEST} characters`);
  return storable(rendered);
}

/** Whether a condition, as it stands in `{% if … %}`, holds. @throws Error that says what is wrong with it. */
export function holdsInLiquid(condition: string, scope: Record<string, unknown>): boolean {
  return renderLiquid(conditionText(condition), scope) !== '';
}

/** A condition as a text whose references can be read. */
export function conditionText(condition: string): string {
  return `{% if ${condition} %}true{% endif %}`;
}

/** What an expression, as it stands in `{{ … }}`, comes to. @throws Error that says what is wrong with it. */
export function evaluateLiquid(
  expression: string,
  scope: Record<string, unknown>,
  patience = startPatience(),
): unknown {
  return attempt(() => engine.evalValueSync(expression, scope), patience);
}

/** `{{ … }}` and nothing else. */
const ALONE = /^\s*\{\{-?((?:(?!\}\}).)*?)-?\}\}\s*$/s;

/**
 * A JSON value with the holes of its texts filled; a text that is one hole alone becomes what fills it, of whatever
 * type. @throws Error that says what is wrong with it.
 */
export function fillIn(value: unknown, scope: Record<string, unknown>, patience = startPatience()): unknown {
  const fill = (inner: unknown) => fillIn(inner, scope, patience);
  if (typeof value === 'string') {
    const alone = ALONE.exec(value)?.[1];
    if (alone === undefined) return renderLiquid(value, scope, patience);
    return evaluateLiquid(alone.trim(), scope, patience);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fill);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
}
