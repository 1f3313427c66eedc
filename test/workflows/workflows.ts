import { type Client, data } from '../harness/client.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Shape = any;

export interface ExecutionEvent {
  __typename: string;
  seq: number;
  [field: string]: unknown;
}

const CREATE = `mutation ($input: CreateWorkflowInput!) {
  createWorkflow(input: $input) { workflow { id version nextRun: schedule { nextRunAt } } } }`;
const EXECUTE = `mutation ($input: ExecuteWorkflowInput!) { executeWorkflow(input: $input) { execution { id } } }`;
const EXECUTION = `query ($id: ID!) { execution(id: $id) {
  id status progress attempt result error { code message } cancelReason cost costComplete workflowVersion trigger
  scheduledFor input workflow { id } usage { outputTokens }
  steps { key name status attempt output data error { code message } task { id status } startedAt endedAt } } }`;
export const EXECUTION_EVENTS = `subscription ($id: ID!, $after: Int) { executionEvents(executionId: $id, after: $after) {
  __typename seq at
  ... on StepStarted { stepKey stepType } ... on StepCompleted { stepKey } ... on StepSkipped { stepKey }
  ... on StepTaskCreated { stepKey taskId item stepAttempt after { code } }
  ... on StepFailed { stepKey error { code message } } ... on ProgressMade { progress }
  ... on RunCompleted { result } ... on RunFailed { error { code message } } ... on RunCancelled { reason: cancelReason }
  ... on CurrentState { execution { id status } } } }`;

export async function createWorkflow(client: Client, steps: object[], more: object = {}): Promise<string> {
  const answer = await client.query(CREATE, { input: { name: 'w', steps, ...more } });
  return data(answer).createWorkflow.workflow.id;
}

/** The answer itself, refused or not. */
export function tryToCreate(client: Client, steps: object[], more: object = {}) {
  return client.query(CREATE, { input: { name: 'w', steps, ...more } });
}

export async function execute(client: Client, workflowId: string, more: object = {}): Promise<string> {
  return data(await client.query(EXECUTE, { input: { workflowId, ...more } })).executeWorkflow.execution.id;
}

export async function execution(client: Client, id: string): Promise<Shape> {
  return data(await client.query(EXECUTION, { id })).execution;
}

/** Follows an execution to its end. */
export async function follow(client: Client, id: string, after = 0): Promise<ExecutionEvent[]> {
  const events: ExecutionEvent[] = [];
  for await (const payload of client.subscribe(EXECUTION_EVENTS, { id, after })) {
    events.push(data(payload).executionEvents);
  }
  return events;
}

/** Creates, executes and follows to the end. */
export async function carryOut(client: Client, steps: object[], more: object = {}): Promise<Shape> {
  const id = await execute(client, await createWorkflow(client, steps), more);
  const events = await follow(client, id);
  return { id, events, ...(await execution(client, id)) };
}

/** Resolves with the first event that fits. */
export async function waitForEvent(
  client: Client,
  id: string,
  fits: (event: ExecutionEvent) => boolean,
): Promise<ExecutionEvent> {
  for await (const payload of client.subscribe(EXECUTION_EVENTS, { id })) {
    const event = data(payload).executionEvents;
    if (fits(event)) return event;
  }
  throw new Error(`execution ${id} ended without the event`);
}

/** The tasks of an execution, newest first. */
export async function tasksOf(client: Client, id: string): Promise<Shape[]> {
  const document = `query ($id: ID!) { tasks(first: 100, filter: { executionId: $id }) {
    nodes { id status prompt createdAt startedAt endedAt cancelReason } } }`;
  return data(await client.query(document, { id })).tasks.nodes;
}

export function step(key: Shape, state: { steps: Shape[] }): Shape {
  return state.steps.find((one) => one.key === key);
}

export function types(events: readonly ExecutionEvent[]): string[] {
  return events.map(({ __typename: type }) => type);
}
