import { cacheExchange, type UpdatesConfig } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { polyphonyExchange } from 'polyphony-client/urql';
import { useMemo, useRef, useState } from 'react';
import { Client, gql, Provider, type TypedDocumentNode, useMutation, useQuery, useSubscription } from 'urql';
import { connect } from '../page/connection.ts';
import { type Library, PAGE_SIZE, type SessionRow, type TaskRow, type TextPart } from '../page/library.ts';

const TASK_ROW = gql`
  fragment TaskRow on Task {
    id
    title
    status
  }
`;

type Input = { input: object };
const LOGIN: TypedDocumentNode<{ login: { token: string } }, Input> = gql`
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
const CREATE_THREAD: TypedDocumentNode<{ createThread: { thread: { id: string } } }, Input> = gql`
  mutation CreateThread($input: CreateThreadInput!) {
    createThread(input: $input) {
      thread {
        id
        title
      }
    }
  }
`;
const SEND: TypedDocumentNode<{ createTask: { task: TaskRow } }, Input> = gql`
  mutation Send($input: CreateTaskInput!) {
    createTask(input: $input) {
      task {
        ...TaskRow
      }
    }
  }
  ${TASK_ROW}
`;
const CANCEL: TypedDocumentNode<{ cancelTask: { task: TaskRow } }, Input> = gql`
  mutation Cancel($input: CancelTaskInput!) {
    cancelTask(input: $input) {
      task {
        ...TaskRow
      }
    }
  }
  ${TASK_ROW}
`;
interface TaskEdge {
  __typename: 'TaskEdge';
  cursor: string;
  node: TaskRow;
}
interface TaskList {
  tasks: { edges: TaskEdge[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
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

const updates: UpdatesConfig = {
  Subscription: {
    activity(result, _variables, cache) {
      const { event, task: node } = (result as unknown as Activity).activity;
      if (event?.__typename !== 'RunCreated' || node === null) return;
      const variables = { first: PAGE_SIZE };
      cache.updateQuery({ query: TASKS, variables }, (list) => {
        if (!list || list.tasks.edges.some((edge) => edge.node.id === node.id)) return list;
        const edge: TaskEdge = { __typename: 'TaskEdge', cursor: '', node };
        return { tasks: { ...list.tasks, edges: [edge, ...list.tasks.edges] } };
      });
    },
  },
};

function createUrql(token: string | null): Client {
  const cache = cacheExchange({
    // Without an id: they belong to what they are in.
    keys: Object.fromEntries(
      ['FeedEvent', 'PageInfo', 'TaskConnection', 'TaskEdge', 'TextPart'].map((type) => [type, () => null]),
    ),
    resolvers: { Query: { tasks: relayPagination() } },
    updates,
  });
  return new Client({ url: 'unused', exchanges: [cache, polyphonyExchange(connect(token))] });
}

export const library: Library = {
  Provider({ token, children }) {
    const client = useMemo(() => createUrql(token), [token]);
    return <Provider value={client}>{children}</Provider>;
  },
  useLogin() {
    const [, login] = useMutation(LOGIN);
    return async (email, password) => {
      const { data, error } = await login({ input: { email, password } });
      if (error) throw error;
      return data!.login.token;
    };
  },
  useSessions: () => useQuery({ query: SESSIONS })[0].data?.sessions.nodes ?? [],
  useCreateThread() {
    const [, create] = useMutation(CREATE_THREAD);
    return async (sessionId) => (await create({ input: { sessionId } })).data!.createThread.thread.id;
  },
  useSendPrompt() {
    const [, send] = useMutation(SEND);
    return async (input) => (await send({ input })).data!.createTask.task.id;
  },
  useCancel() {
    const [, cancel] = useMutation(CANCEL);
    return async (id) => {
      await cancel({ input: { id } });
    };
  },
  useActivity: () => useSubscription({ query: ACTIVITY })[0].data !== undefined,
  useTasks() {
    const [after, setAfter] = useState<string | null>(null);
    const [{ data }] = useQuery({ query: TASKS, variables: { first: PAGE_SIZE, after } });
    const { edges, pageInfo } = data?.tasks ?? { edges: [], pageInfo: null };
    return {
      tasks: edges.map(({ node }) => node),
      more: pageInfo?.hasNextPage ? () => setAfter(pageInfo.endCursor) : null,
    };
  },
  useTask: (id) => useQuery({ query: TASK, variables: { id } })[0].data?.task ?? null,
  useText(id, onPart) {
    // urql hands the last part out again when the subscription completes.
    const last = useRef(0);
    useSubscription({ query: TEXT, variables: { id } }, (_, data) => {
      if (data.text.seq > last.current) onPart(data.text);
      last.current = data.text.seq;
      return data;
    });
  },
};
