/** Parts of two parents have the same keys. */
export const PARTS = `query Parts {
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
}`;
