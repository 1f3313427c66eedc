import { globalId } from '../builder/global-id.ts';
import { PlanType } from '../runs/plan.ts';
import { event, RunEvent } from './run-event.ts';

/** Events of an agent and of the people it works with. */
export const AGENT_EVENTS = {
  AgentSelected: event('AgentSelected').implement({
    interfaces: [RunEvent],
    description: 'An agent was chosen because the request named none.',
    fields: (t) => ({
      agentId: t.id({
        description: 'Id of the chosen agent.',
        resolve: ({ data }) => globalId('Agent', data.agentId),
      }),
      name: t.string({ description: 'Name of the chosen agent.', resolve: ({ data }) => data.name }),
      reason: t.string({ description: 'Why it was chosen.', resolve: ({ data }) => data.reason }),
    }),
  }),
  RunResumed: event('RunResumed').implement({
    interfaces: [RunEvent],
    description:
      'A worker continues the run after its last checkpoint: input arrived, the previous worker was lost, or the run was retried. Text received so far stays valid.',
  }),
  ToolCallStarted: event('ToolCallStarted').implement({
    interfaces: [RunEvent],
    description: 'The agent called a tool, which is about to run.',
    fields: (t) => ({
      toolCallKey: t.string({
        description: 'Key of the tool call, unique within the run.',
        resolve: ({ data }) => data.toolCallId,
      }),
      tool: t.string({
        description: 'Name of the tool, as the model knows it.',
        resolve: ({ data }) => data.tool,
      }),
      input: t.field({
        type: 'JSON',
        nullable: true,
        description: 'Its arguments, long values truncated; a string if they were not a JSON object.',
        resolve: ({ data }) => data.input,
      }),
    }),
  }),
  ToolCallCompleted: event('ToolCallCompleted').implement({
    interfaces: [RunEvent],
    description: 'A tool call has finished.',
    fields: (t) => ({
      toolCallKey: t.string({
        description: 'Key of the tool call, as in `ToolCallStarted`.',
        resolve: ({ data }) => data.toolCallId,
      }),
      tool: t.string({
        description: 'Name of the tool, as the model knows it.',
        resolve: ({ data }) => data.tool,
      }),
      output: t.string({
        description: 'The result as it is sent to the model.',
        resolve: ({ data }) => data.output,
      }),
      isError: t.boolean({ description: 'Whether the call failed.', resolve: ({ data }) => data.isError }),
    }),
  }),
  ThreadTruncated: event('ThreadTruncated').implement({
    interfaces: [RunEvent],
    description:
      'The thread has more turns than are sent to the model, or more text than the context window of the model holds; the oldest turns were omitted.',
    fields: (t) => ({
      sentTurns: t.int({
        description: 'Number of turns sent, the most recent ones.',
        resolve: ({ data }) => data.sentTurns,
      }),
    }),
  }),
  ContextCompacted: event('ContextCompacted').implement({
    interfaces: [RunEvent],
    description:
      'The messages for the model exceeded its context window and were shortened: the history of an agent, or the older turns of a thread, which a summary replaces. The log keeps the full text.',
    fields: (t) => ({
      turns: t.int({
        description: 'Number of oldest turns whose tool results and arguments were truncated.',
        resolve: ({ data }) => data.turns,
      }),
      summarizedTurns: t.int({
        description: 'Number of oldest turns replaced by a summary.',
        resolve: ({ data }) => data.summarizedTurns,
      }),
      bytesBefore: t.int({
        description: 'Size of the messages before, as JSON.',
        resolve: ({ data }) => data.bytesBefore,
      }),
      bytesAfter: t.int({
        description: 'Size of the messages after, as JSON.',
        resolve: ({ data }) => data.bytesAfter,
      }),
      summaryCallId: t.id({
        nullable: true,
        description: 'Id of the model call that wrote the summary; null: no summary was needed.',
        resolve: ({ data }) => data.callId && globalId('ModelCall', data.callId),
      }),
      cost: t.float({
        nullable: true,
        description: 'US dollars that the summary cost; null: there was none, or its cost is unknown.',
        resolve: ({ data }) => data.cost,
      }),
    }),
  }),
  PlanUpdated: event('PlanUpdated').implement({
    interfaces: [RunEvent],
    description: 'The agent updated its plan or the progress of it.',
    fields: (t) => ({
      plan: t.field({
        type: PlanType,
        description: 'The complete current plan.',
        resolve: ({ data }) => data.plan,
      }),
    }),
  }),
  InputRequested: event('InputRequested').implement({
    interfaces: [RunEvent],
    description: 'The agent asked a question. The task is WAITING until `provideTaskInput` answers it.',
    fields: (t) => ({
      question: t.string({ description: 'The question.', resolve: ({ data }) => data.question }),
    }),
  }),
  InputProvided: event('InputProvided').implement({
    interfaces: [RunEvent],
    description: 'A person sent a message to the agent.',
    fields: (t) => ({ text: t.string({ description: 'The message.', resolve: ({ data }) => data.text }) }),
  }),
};
