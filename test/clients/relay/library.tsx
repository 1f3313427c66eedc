import { relayFetch, relaySubscribe } from 'polyphony-client/relay';
import { useMemo, useState } from 'react';
import {
  type GraphQLTaggedNode,
  graphql,
  RelayEnvironmentProvider,
  useLazyLoadQuery,
  useMutation,
  usePaginationFragment,
  useSubscription,
} from 'react-relay';
import {
  ConnectionHandler,
  Environment,
  type MutationParameters,
  Network,
  RecordSource,
  type RecordSourceSelectorProxy,
  Store,
} from 'relay-runtime';
import { connect } from '../page/connection.ts';
import { type Library, PAGE_SIZE } from '../page/library.ts';
import type { libraryActivitySubscription } from './generated/libraryActivitySubscription.graphql.ts';
import type { libraryCancelMutation } from './generated/libraryCancelMutation.graphql.ts';
import type { libraryCreateThreadMutation } from './generated/libraryCreateThreadMutation.graphql.ts';
import type { libraryLoginMutation } from './generated/libraryLoginMutation.graphql.ts';
import type { librarySendMutation } from './generated/librarySendMutation.graphql.ts';
import type { librarySessionsQuery } from './generated/librarySessionsQuery.graphql.ts';
import type { libraryTaskQuery } from './generated/libraryTaskQuery.graphql.ts';
import type { libraryTasks_query$key } from './generated/libraryTasks_query.graphql.ts';
import type { libraryTasksQuery } from './generated/libraryTasksQuery.graphql.ts';
import type { libraryTextSubscription } from './generated/libraryTextSubscription.graphql.ts';

function createEnvironment(token: string | null): Environment {
  const polyphony = connect(token);
  return new Environment({
    network: Network.create(relayFetch(polyphony), relaySubscribe(polyphony)),
    store: new Store(new RecordSource()),
  });
}

/** Runs a mutation as a promise. Relay completes one with errors as long as there is data, even if that is null. */
function useCommit<M extends MutationParameters>(mutation: GraphQLTaggedNode) {
  const [commit] = useMutation<M>(mutation);
  return (variables: M['variables']) =>
    new Promise<M['response']>((resolve, reject) => {
      commit({
        variables,
        onCompleted: (response, errors) => (errors?.[0] ? reject(errors[0]) : resolve(response)),
        onError: reject,
      });
    });
}

/** Puts a task that was created, here or elsewhere, first in the list. */
function insertTask(store: RecordSourceSelectorProxy): void {
  const activity = store.getRootField('activity');
  const task = activity?.getLinkedRecord('task');
  const tasks = ConnectionHandler.getConnection(store.getRoot(), 'library_tasks');
  if (!task || !tasks || activity?.getLinkedRecord('event')?.getType() !== 'RunCreated') return;
  const isThere = tasks
    .getLinkedRecords('edges')
    ?.some((edge) => edge.getLinkedRecord('node')?.getDataID() === task.getDataID());
  if (isThere) return;
  ConnectionHandler.insertEdgeBefore(tasks, ConnectionHandler.createEdge(store, tasks, task, 'TaskEdge'));
}

export const library: Library = {
  Provider({ token, children }) {
    const environment = useMemo(() => createEnvironment(token), [token]);
    return <RelayEnvironmentProvider environment={environment}>{children}</RelayEnvironmentProvider>;
  },
  useLogin() {
    const login = useCommit<libraryLoginMutation>(graphql`
      mutation libraryLoginMutation($input: LoginInput!) {
        login(input: $input) {
          token
        }
      }
    `);
    return async (email, password) => (await login({ input: { email, password } })).login!.token;
  },
  useSessions() {
    const { sessions } = useLazyLoadQuery<librarySessionsQuery>(
      graphql`
        query librarySessionsQuery {
          sessions(first: 20) {
            nodes {
              id
              name
            }
          }
        }
      `,
      {},
    );
    return sessions!.nodes;
  },
  useCreateThread() {
    const create = useCommit<libraryCreateThreadMutation>(graphql`
      mutation libraryCreateThreadMutation($input: CreateThreadInput!) {
        createThread(input: $input) {
          thread {
            id
            title
          }
        }
      }
    `);
    return async (sessionId) => (await create({ input: { sessionId } })).createThread!.thread.id;
  },
  useSendPrompt() {
    const send = useCommit<librarySendMutation>(graphql`
      mutation librarySendMutation($input: CreateTaskInput!) {
        createTask(input: $input) {
          task {
            id
            title
            status
          }
        }
      }
    `);
    return async (input) => (await send({ input })).createTask!.task.id;
  },
  useCancel() {
    const cancel = useCommit<libraryCancelMutation>(graphql`
      mutation libraryCancelMutation($input: CancelTaskInput!) {
        cancelTask(input: $input) {
          task {
            id
            status
          }
        }
      }
    `);
    return async (id) => {
      await cancel({ input: { id } });
    };
  },
  useActivity() {
    const [isLive, setLive] = useState(false);
    useSubscription<libraryActivitySubscription>(
      useMemo(
        () => ({
          subscription: graphql`
            subscription libraryActivitySubscription($after: String) {
              activity(after: $after) {
                cursor
                event {
                  __typename
                }
                task {
                  id
                  title
                  status
                }
              }
            }
          `,
          variables: {},
          updater: insertTask,
          onNext: () => setLive(true),
        }),
        [],
      ),
    );
    return isLive;
  },
  useTasks() {
    const query = useLazyLoadQuery<libraryTasksQuery>(
      graphql`
        query libraryTasksQuery($first: Int!) {
          ...libraryTasks_query @arguments(first: $first)
        }
      `,
      { first: PAGE_SIZE },
    );
    const { data, hasNext, loadNext } = usePaginationFragment<libraryTasksQuery, libraryTasks_query$key>(
      graphql`
        fragment libraryTasks_query on Query
        @refetchable(queryName: "libraryMoreTasksQuery")
        @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" }) {
          tasks(first: $first, after: $after) @connection(key: "library_tasks") {
            edges {
              node {
                id
                title
                status
              }
            }
          }
        }
      `,
      query,
    );
    return {
      tasks: data.tasks?.edges.map(({ node }) => node) ?? [],
      more: hasNext ? () => void loadNext(PAGE_SIZE) : null,
    };
  },
  useTask(id) {
    const { task } = useLazyLoadQuery<libraryTaskQuery>(
      graphql`
        query libraryTaskQuery($id: ID!) {
          task(id: $id) {
            id
            title
            status
          }
        }
      `,
      { id },
    );
    return task ?? null;
  },
  useText(id, onPart) {
    useSubscription<libraryTextSubscription>(
      useMemo(
        () => ({
          subscription: graphql`
            subscription libraryTextSubscription($id: ID!, $after: Int) {
              text(taskId: $id, after: $after) {
                seq
                text
                isRestart
              }
            }
          `,
          variables: { id },
          onNext: (data) => onPart(data!.text),
        }),
        [id, onPart],
      ),
    );
  },
};
