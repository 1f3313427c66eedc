import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';
import { isWithin, nameOf, type Path, withValue } from './paths.ts';
import type { Leaf, SampledData } from './sample-data.ts';
import { wordsOf } from './sample-request.ts';
import {
  addTo,
  type Change,
  hasSource,
  hasValueSource,
  isNumber,
  membersOf,
  newTrace,
  sourcesOf,
  type Trace,
} from './trace.ts';
import { requestChanges } from './trace-request.ts';

/** The data of an endpoint's documents, and which of its values differ from the sample. */
interface State {
  data: unknown;
  /** Names of what was changed. */
  changed: readonly string[];
}

/** Where the members of a response come from. */
export interface TracedResponse {
  byData: Trace;
  /** For members that come from no data. */
  byRequest: Trace;
}

type Respond = (data: unknown, given: unknown) => unknown;

/**
 * Traces the members of a response to the fields of the data. Some depend on the values of others (a result is shown
 * when the status is COMPLETED, a prompt when there is no description), so it is done for many states of the data.
 * @param isPlain traces only the sample, and samples with other ids
 */
export function traceResponse(
  row: Endpoint,
  request: RequestParts,
  main: SampledData,
  before: SampledData | null,
  isPlain: boolean,
): TracedResponse {
  const given = row.input.parse(request);
  const respond: Respond = (data, asked) => {
    const parts = data as { main: unknown; before: unknown };
    return row.respond(parts.main, asked, parts.before);
  };
  const leaves = [...below('main', main.leaves), ...below('before', before?.leaves ?? [])];
  const sample = { data: { main: main.data, before: before?.data ?? {} }, changed: [] };
  // Some texts, such as enum values, are shown to clients as other words: trying all of those finds the mapping.
  const words = row.body ? wordsOf(row.body) : [];
  const traced = { byData: newTrace(), byRequest: newTrace() };
  const answer = (state: State) => succeeds(() => respond(state.data, given));
  const traceState = (state: State) => {
    const local = newTrace();
    const changes = dataChanges(state, leaves, words, (data) => respond(data, given));
    addTo([local, traced.byData], respond(state.data, given), changes);
    return local;
  };

  if (isPlain) {
    for (const state of [sample, ...changedOnce(sample, leaves, ['id']).filter(answer)]) traceState(state);
  } else traceStates(sample, leaves, answer, traceState, () => isComplete(traced.byData));
  if (membersOf(traced.byData).every((member) => hasSource(traced.byData, member))) return traced;
  const changes = requestChanges(row, request, (asked) => respond(sample.data, row.input.parse(asked)));
  addTo([traced.byRequest], respond(sample.data, given), changes);
  return traced;
}

/** Traces the sample, samples with one other choice and, if necessary, with two; the first two also emptied. */
function traceStates(
  sample: State,
  leaves: readonly Leaf[],
  answers: (state: State) => boolean,
  traceState: (state: State) => Trace,
  isComplete: () => boolean,
): void {
  const known = new Set<string>();
  const choices = changedOnce(sample, leaves, ['choice']).filter(answers);
  for (const state of [sample, ...choices]) traceEmptied(state, leaves, known, answers, traceState);
  for (const state of changedOnce(sample, leaves, ['null']).filter(answers)) traceState(state);
  if (isComplete()) return;
  const pairs = choices.flatMap((one) => changedOnce(one, leaves, ['choice'])).filter(answers);
  for (const state of pairs) traceState(state);
}

/** Whether each member has a source; a number is not determined by choices alone. */
function isComplete(trace: Trace): boolean {
  return membersOf(trace).every(
    (member) => hasSource(trace, member) && (hasValueSource(trace, member) || !isNumber(trace, member)),
  );
}

const below = (part: string, leaves: readonly Leaf[]) =>
  leaves.map((leaf) => ({ ...leaf, path: [part, ...leaf.path] }));

function succeeds(respond: () => unknown): boolean {
  try {
    respond();
    return true;
  } catch {
    return false;
  }
}

function changedOnce(state: State, leaves: readonly Leaf[], kinds: readonly Leaf['kind'][]): State[] {
  return leaves
    .filter(({ path, kind }) => kinds.includes(kind) && !isChanged(state, path))
    .flatMap(({ path, others }) => others.map((other) => withChange(state, path, other)));
}

function withChange({ data, changed }: State, path: Path, value: unknown): State {
  return { data: withValue(data, path, value), changed: [...changed, nameOf(path)] };
}

/**
 * A member may come from the first of several fields that has a value, so they are emptied one after the other.
 * @param known the data that was traced
 */
function traceEmptied(
  start: State,
  leaves: readonly Leaf[],
  known: Set<string>,
  answers: (state: State) => boolean,
  traceState: (state: State) => Trace,
): void {
  const empties = leaves.filter(({ kind }) => kind === 'null');
  const first = traceState(start);
  for (const member of membersOf(first)) {
    emptyInTurn(member, (source, empty) => source === empty);
    emptyInTurn(member, isWithin);
  }

  function emptyInTurn(member: string, isEmptiedWith: (source: string, empty: string) => boolean) {
    let state = start;
    let trace = first;
    for (;;) {
      const { sources } = sourcesOf(trace, member);
      const next = empties.filter(({ path }) =>
        sources.some((source) => isEmptiedWith(source, nameOf(path.slice(1)))),
      );
      const emptied = next.reduce(
        (before, { path, others }) =>
          isChanged(before, path) ? before : withChange(before, path, others[0]),
        state,
      );
      const data = JSON.stringify(emptied.data);
      if (emptied === state || known.has(data) || !answers(emptied)) break;
      known.add(data);
      state = emptied;
      trace = traceState(state);
    }
  }
}

function dataChanges(
  state: State,
  leaves: readonly Leaf[],
  words: readonly unknown[],
  respond: (data: unknown) => unknown,
): Change[] {
  return leaves
    .filter(({ path }) => !isChanged(state, path))
    .flatMap(({ path, kind, others }) =>
      [...others, ...(kind === 'value' && typeof others[0] === 'string' ? words : [])].map((other) => ({
        name: nameOf(path.slice(1)),
        kind,
        output: () => respond(withValue(state.data, path, other)),
      })),
    );
}

function isChanged({ changed }: State, path: Path): boolean {
  const name = nameOf(path);
  return changed.some((other) => isWithin(name, other) || isWithin(other, name));
}
