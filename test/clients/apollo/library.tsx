import { ApolloClient, gql, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { ApolloProvider, useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { relayStylePagination } from '@apollo/client/utilities';
import { polyphonyLink } from 'polyphony-client/apollo';
import { useMemo, useState } from 'react';
import { connect } from '../page/connection.ts';
import { type Library, PAGE_SIZE, type SessionRow, type TaskRow, type TextPart } from '../page/library.ts';

const TASK_ROW = gql`
  fragment TaskRow on Task {
    id
    title
    status
  }
`;

const LOGIN: TypedDocumentNode<{ login: { token: string } }, { input: object }> = gql`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      token
    }
  }
`;
const SESSIONS: TypedDocumentNode<{ sessions: { nodes: SessionRow[] } }> = gql`
  query Sessions {
    sessions(first: 20) {
      nodes {
        id
        name
      }
    }
  }
`;
const CREATE_THREAD: TypedDocumentNode<{ createThread: { thread: { id: string } } }, { input: object }> = gql`
  mutation CreateThread($input: CreateThreadInput!) {
    createThread(input: $input) {
      thread {
        id
        title
      }
    }
  }
`;
const SEND: TypedDocumentNode<{ createTask: { task: TaskRow } }, { input: object }> = gql`
  mutation Send($input: CreateTaskInput!) {
    createTask(input: $input) {
      task {
        ...TaskRow
      }
    }
  }
  ${TASK_ROW}
`;
const CANCEL: TypedDocumentNode<{ cancelTask: { task: TaskRow } }, { input: object }> = gql`
  mutation Cancel($input: CancelTaskInput!) {
    cancelTask(input: $input) {
      task {
        ...TaskRow
      }
    }
  }
  ${TASK_ROW}
`;
interface TaskList {
  tasks: {
    edges: { cursor: string; node: TaskRow }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}
const TASKS: TypedDocumentNode<TaskList, { first: number; after?: string | null }> = gql`
  query Tasks($first: Int!, $after: String) {
    tasks(first: $first, after: $after) {
      edges {
        cursor
        node {
          ...TaskRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
  ${TASK_ROW}
`;
const TASK: TypedDocumentNode<{ task: TaskRow }, { id: string }> = gql`
  query Task($id: ID!) {
    task(id: $id) {
      ...TaskRow
    }
  }
  ${TASK_ROW}
`;
const TEXT: TypedDocumentNode<{ text: TextPart }, { id: string }> = gql`
  subscription Text($id: ID!, $after: Int) {
    text(taskId: $id, after: $after) {
      seq
      text
      isRestart
    }
  }
`;
interface Activity {
  activity: { cursor: string; event: { __typename: string } | null; task: TaskRow | null };
}
const ACTIVITY: TypedDocumentNode<Activity> = gql`
  subscription Activity($after: String) {
    activity(after: $after) {
      cursor
      event {
        __typename
      }
      task {
        ...TaskRow
      }
    }
  }
  ${TASK_ROW}
`;

function createApollo(token: string | null): ApolloClient {
  return new ApolloClient({
    link: polyphonyLink(connect(token)),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { tasks: relayStylePagination() } } } }),
  });
}

const FIRST_PAGE = { first: PAGE_SIZE };

/** Puts a task that was created, here or elsewhere, first in the list. */
function insertTask({ cache }: ApolloClient, { event, task: node }: Activity['activity']): void {
  if (event?.__typename !== 'RunCreated' || node === null) return;
  cache.updateQuery({ query: TASKS, variables: FIRST_PAGE }, (list) => {
    if (!list || list.tasks.edges.some((edge) => edge.node.id === node.id)) return list;
    const edge = { __typename: 'TaskEdge', cursor: '', node };
    return { tasks: { ...list.tasks, edges: [edge, ...list.tasks.edges] } };
  });
}

export const library: Library = {
  Provider({ token, children }) {
    const client = useMemo(() => createApollo(token), [token]);
    return <ApolloProvider client={client}>{children}</ApolloProvider>;
  },
  useLogin() {
    const [login] = useMutation(LOGIN);
    return async (email, password) =>
      (await login({ variables: { input: { email, password } } })).data!.login.token;
  },
  useSessions: () => useQuery(SESSIONS).data?.sessions.nodes ?? [],
  useCreateThread() {
    const [create] = useMutation(CREATE_THREAD);
    return async (sessionId) =>
      (await create({ variables: { input: { sessionId } } })).data!.createThread.thread.id;
  },
  useSendPrompt() {
    const [send] = useMutation(SEND);
    return async (input) => (await send({ variables: { input } })).data!.createTask.task.id;
  },
  useCancel() {
    const [cancel] = useMutation(CANCEL);
    return async (id) => {
      await cancel({ variables: { input: { id } } });
    };
  },
  useActivity() {
    const [isLive, setLive] = useState(false);
    useSubscription(ACTIVITY, {
      ignoreResults: true,
      onData({ client, data: { data } }) {
        insertTask(client, data!.activity);
        setLive(true);
      },
    });
    return isLive;
  },
  useTasks() {
    const { data, fetchMore } = useQuery(TASKS, { variables: FIRST_PAGE });
    const { edges, pageInfo } = data?.tasks ?? { edges: [], pageInfo: null };
    return {
      tasks: edges.map(({ node }) => node),
      more: pageInfo?.hasNextPage ? () => void fetchMore({ variables: { after: pageInfo.endCursor } }) : null,
    };
  },
  useTask: (id) => useQuery(TASK, { variables: { id } }).data?.task ?? null,
  useText(id, onPart) {
    useSubscription(TEXT, {
      variables: { id },
      ignoreResults: true,
      onData: ({ data: { data } }) => onPart(data!.text),
    });
  },
};
