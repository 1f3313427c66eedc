import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Operation, Payload } from './transport.ts';

/** How a root field of a subscription is resumed. */
interface Feed {
  /** The type of its argument `after`. */
  type: 'Int' | 'String';
  /** What is selected in addition, and removed from what is delivered. */
  selection: string;
  /** @returns the position after an item; null: it is not delivered */
  read(item: Item, state: Delivered): string | number | null;
}

type Item = Record<string, unknown>;

interface Delivered {
  /** Whether an item was delivered by this connection or an earlier one. */
  hasBegun: boolean;
  after: unknown;
  /** The last event of each run that was delivered, the most recent last. */
  seqs: Map<string, number>;
}

/** The log of a run. An item with the seq 0 is its current state, which each connection sends first. */
const LOG: Feed = {
  type: 'Int',
  selection: '{ polyphonySeq: seq }',
  read({ polyphonySeq }, { hasBegun, after }) {
    const seq = polyphonySeq as number;
    if (seq === 0) return hasBegun ? null : ((after as number | null) ?? 0);
    return hasBegun && typeof after === 'number' && seq <= after ? null : seq;
  },
};

/** A run is forgotten when this many others have had events since. */
const KNOWN_RUNS = 10_000;

/**
 * Events of many runs, and changes. Each connection begins with an item with neither, and may repeat events. A change is
 * delivered as often as it comes: it says to look again.
 */
const FEED: Feed = {
  type: 'String',
  selection:
    '{ polyphonyCursor: cursor polyphonyTask: taskId polyphonyExecution: executionId polyphonyOrchestration: orchestrationId polyphonyEvent: event { seq } polyphonyChange: change { kind } polyphonyLast: isLast }',
  read(item, { hasBegun, seqs }) {
    const cursor = item.polyphonyCursor as string;
    const event = item.polyphonyEvent as { seq: number } | null;
    if (!event) return hasBegun && !item.polyphonyChange && !item.polyphonyLast ? null : cursor;
    const run = String(item.polyphonyTask ?? item.polyphonyExecution ?? item.polyphonyOrchestration);
    const last = seqs.get(run);
    if (last !== undefined && event.seq <= last) return null;
    seqs.delete(run);
    seqs.set(run, event.seq);
    if (seqs.size > KNOWN_RUNS) seqs.delete(seqs.keys().next().value as string);
    return cursor;
  },
};

/** A list that changes. Each connection begins with an item without a task; a change may be repeated. */
const CHANGES: Feed = {
  type: 'String',
  selection: '{ polyphonyCursor: cursor polyphonyTask: taskId }',
  read: ({ polyphonyCursor, polyphonyTask }, { hasBegun }) =>
    hasBegun && !polyphonyTask ? null : (polyphonyCursor as string),
};

const FEEDS: Readonly<Record<string, Feed>> = {
  runEvents: LOG,
  taskEvents: LOG,
  executionEvents: LOG,
  orchestrationEvents: LOG,
  text: LOG,
  activity: FEED,
  sessionEvents: FEED,
  taskChanges: CHANGES,
};

/** A subscription that can be sent again, from where it was. */
export interface Resumption {
  isResumable: boolean;
  /** What to send now; null: it cannot be resumed, and something was delivered. */
  operation(): Operation | null;
  /** @returns the payload without what was added to it; null: it was delivered before */
  accept(payload: Payload): Payload | null;
}

/** @param document a subscription; any with one root field that has an argument `after` is resumed */
export function resumptionOf(
  document: string | DocumentNode,
  variables: Record<string, unknown>,
): Resumption {
  const parsed = typeof document === 'string' ? parse(document, { noLocation: true }) : document;
  const operation = parsed.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [field, ...others] = (operation as OperationDefinitionNode).selectionSet.selections;
  const feed = field?.kind === Kind.FIELD && others.length === 0 ? FEEDS[field.name.value] : undefined;
  if (!feed) return unresumable({ query: print(parsed), variables });
  return resumable(parsed, operation as OperationDefinitionNode, field as FieldNode, feed, variables);
}

function unresumable(operation: Operation): Resumption {
  let hasBegun = false;
  return {
    isResumable: false,
    operation: () => (hasBegun ? null : operation),
    accept(payload) {
      hasBegun = true;
      return payload;
    },
  };
}

function resumable(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  field: FieldNode,
  feed: Feed,
  variables: Record<string, unknown>,
): Resumption {
  const given = field.arguments?.find(({ name }) => name.value === 'after');
  const name = given?.value.kind === Kind.VARIABLE ? given.value.name.value : 'polyphonyAfter';
  const rewritten = rewrite(operation, field, feed, { name, isNew: name === 'polyphonyAfter' });
  const query = print({
    ...document,
    definitions: document.definitions.map((one) => (one === operation ? rewritten : one)),
  });
  const key = field.alias?.value ?? field.name.value;
  const state: Delivered = {
    hasBegun: false,
    after: variables[name] ?? literal(given) ?? null,
    seqs: new Map(),
  };
  return {
    isResumable: true,
    operation: () => ({ query, variables: { ...variables, [name]: state.after } }),
    accept(payload) {
      const item = payload.data?.[key] as Item | null | undefined;
      if (!item) return payload;
      const after = feed.read(item, state);
      if (after === null) return null;
      state.after = after;
      state.hasBegun = true;
      for (const added in item) if (added.startsWith('polyphony')) delete item[added];
      return payload;
    },
  };
}

function rewrite(
  operation: OperationDefinitionNode,
  field: FieldNode,
  feed: Feed,
  variable: { name: string; isNew: boolean },
): OperationDefinitionNode {
  const frame = parse(
    `subscription ($${variable.name}: ${feed.type}) { ${field.name.value}(after: $${variable.name}) ${feed.selection} }`,
    { noLocation: true },
  ).definitions[0] as OperationDefinitionNode;
  const added = frame.selectionSet.selections[0] as FieldNode;
  const selections: SelectionNode[] = [
    ...(field.selectionSet?.selections ?? []),
    ...(added.selectionSet?.selections ?? []),
  ];
  const others = (field.arguments ?? []).filter(({ name }) => name.value !== 'after');
  const definitions: VariableDefinitionNode[] = [
    ...(operation.variableDefinitions ?? []),
    ...(variable.isNew ? (frame.variableDefinitions ?? []) : []),
  ];
  return {
    ...operation,
    variableDefinitions: definitions,
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [
        {
          ...field,
          arguments: [...others, ...(added.arguments ?? [])],
          selectionSet: { kind: Kind.SELECTION_SET, selections },
        },
      ],
    },
  };
}

function literal(argument: ArgumentNode | undefined): string | number | null {
  if (argument?.value.kind === Kind.INT) return Number(argument.value.value);
  return argument?.value.kind === Kind.STRING ? argument.value.value : null;
}
