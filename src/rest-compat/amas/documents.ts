import { graphql } from '../handling/documents.ts';

/** The fields of an event, live or in a replay. */
const FIELDS = `
  __typename
  seq
  at
  ... on CurrentState { task { lastSeq title agent { id name } } }
  ... on ProgressMade { progress }
  ... on RunFailed { error { code message } }
  ... on RunCancelled { reason: cancelReason }
`;

export const ACTIVITY = graphql(`subscription activity {
  activity { taskId task { title agent { id name } } event { ${FIELDS} } }
}`);

export const TASK_EVENTS = graphql(`subscription taskEvents($id: ID!) {
  taskEvents(taskId: $id) { ${FIELDS} }
}`);

export const RUNNING = graphql(`query tasks($after: String) {
  tasks(filter: { statuses: [RUNNING] }, first: 100, after: $after) {
    nodes { id progress }
    pageInfo { endCursor hasNextPage }
  }
}`);

export const TASK = graphql('query task($id: ID!) { task(id: $id) { id } }');
