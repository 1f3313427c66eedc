import { ANY, flatten, isWithin } from './paths.ts';

/**
 * How much a change says about where a value comes from: a `value` has others in the same place, whereas a `choice` (a
 * word of a list, a flag), an `id` or `null` may only choose between values.
 */
export type SourceKind = 'value' | 'choice' | 'id' | 'null';

export interface Change {
  /** Name of what is changed. */
  name: string;
  kind: SourceKind;
  /** The output after the change; it may throw, then the change says nothing. */
  output(): unknown;
}

type ByKind = Record<SourceKind, Set<string>>;

/** What one member of outputs depends on: its value changed, or it appeared or disappeared. */
interface Evidence {
  changed: ByKind;
  presence: ByKind;
}

/** What is known about the members of outputs, by their names, in the order in which outputs have them. */
export interface Trace {
  names: string[];
  evidence: Map<string, Evidence>;
  /** The values of each, as JSON. */
  values: Map<string, Set<string>>;
}

export interface Sources {
  /** Where the value comes from. */
  sources: readonly string[];
  /** What else decides which of them it is, or whether there is one. */
  conditions: readonly string[];
}

export function newTrace(): Trace {
  return { names: [], evidence: new Map(), values: new Map() };
}

/** Changes one value at a time, and records what changes in the output. @param base the output without changes */
export function addTo(traces: readonly Trace[], base: unknown, changes: Iterable<Change>): void {
  const before = flatten(base);
  for (const trace of traces) addNames(trace, before);
  for (const { name, kind, output } of changes) {
    const after = attempt(output);
    if (after === undefined || !hasCommon(before, after)) continue;
    for (const member of new Set([...before.keys(), ...after.keys()])) {
      if (before.get(member) === after.get(member)) continue;
      const isPresent = before.has(member) && after.has(member);
      for (const trace of traces)
        evidenceOf(trace, member)[isPresent ? 'changed' : 'presence'][kind].add(name);
    }
  }
}

/** All members that an output has had; objects and lists are named by what is in them. */
export function membersOf({ names }: Trace): string[] {
  return names.filter((name) => !names.some((other) => other !== name && isWithin(other, name)));
}

export function hasSource(trace: Trace, member: string): boolean {
  return sourcesOf(trace, member).sources.length > 0;
}

export function hasValueSource(trace: Trace, member: string): boolean {
  return evidenceOf(trace, member).changed.value.size > 0;
}

/** Whether the member was a number. */
export function isNumber({ values }: Trace, member: string): boolean {
  return [...(values.get(member) ?? [])].some((value) => /^\d/.test(value));
}

export function sourcesOf(trace: Trace, member: string): Sources {
  const { changed, presence } = evidenceOf(trace, member);
  const ranks = [
    changed.value,
    new Set([...changed.choice, ...changed.id]),
    changed.null,
    new Set(Object.values(presence).flatMap((names) => [...names])),
  ];
  const sources = withoutParts([...(ranks.find((rank) => rank.size > 0) ?? [])]);
  const others = [...changed.choice, ...presence.choice, ...changed.null, ...presence.null].filter(
    (other) => !sources.some((source) => isWithin(source, other) || isWithin(other, source)),
  );
  return { sources, conditions: withoutParts(others) };
}

/** As JSON; undefined: it has had several values. */
export function constantOf({ values }: Trace, member: string): string | undefined {
  const [value, ...others] = values.get(member) ?? [];
  return others.length === 0 ? value : undefined;
}

/** The name of an object instead of that of its {@link ANY}. */
export function withoutAny(name: string): string {
  return name.endsWith(`.${ANY}`) ? name.slice(0, -ANY.length - 1) : name;
}

/** The rows, sorted so that the row of an object precedes the rows of its members. */
export function wholesFirst<Row>(rows: readonly Row[], nameOfRow: (row: Row) => string): Row[] {
  return rows.reduce<Row[]>((sorted, row) => {
    const first = sorted.findIndex((other) => isWithin(nameOfRow(other), nameOfRow(row)));
    return sorted.toSpliced(first === -1 ? sorted.length : first, 0, row);
  }, []);
}

function evidenceOf({ evidence }: Trace, member: string): Evidence {
  const known = evidence.get(member);
  if (known) return known;
  const sets = (): ByKind => ({ value: new Set(), choice: new Set(), id: new Set(), null: new Set() });
  const fresh = { changed: sets(), presence: sets() };
  evidence.set(member, fresh);
  return fresh;
}

/** Inserts new names after the name that precedes them in this output. */
function addNames({ names, values }: Trace, output: ReadonlyMap<string, string>): void {
  let position = 0;
  for (const [name, value] of output) {
    const index = names.indexOf(name);
    if (index === -1) names.splice(position, 0, name);
    position = (index === -1 ? position : index) + 1;
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
}

/** A change that replaces the whole output, such as an item that is not listed, says nothing about its members. */
function hasCommon(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return (before.size === 1 && after.size === 1) || [...before.keys()].some((name) => after.has(name));
}

function attempt(output: () => unknown): Map<string, string> | undefined {
  try {
    return flatten(output());
  } catch {
    return undefined;
  }
}

function withoutParts(names: readonly string[]): string[] {
  const whole = [...new Set(names.map(withoutAny))];
  return whole.filter((name) => !whole.some((other) => other !== name && isWithin(name, other)));
}
