import { graphql } from 'relay-runtime';

/** For relay-compiler: what it generates is run. The query is that of the other caches. */
export const query = graphql`
  query partsQuery {
    tasks(first: 10, filter: { kinds: [AGENT] }) {
      nodes {
        id
        plan {
          steps {
            key
            description
            status
          }
        }
        toolCalls {
          key
          tool
          input
          output
        }
      }
    }
    templates(first: 10) {
      nodes {
        id
        steps {
          key
          name
          content
        }
      }
    }
    workflows(first: 10) {
      nodes {
        id
        steps {
          key
          name
          task
        }
      }
    }
    executions(first: 10) {
      nodes {
        id
        steps {
          key
          status
          output
        }
      }
    }
  }
`;
