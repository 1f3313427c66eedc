import { globalId } from '../builder/global-id.ts';
import { PlanType } from '../runs/plan.ts';
import { event, RunEvent } from './run-event.ts';

/** What an agent and the people around it do. */
export const AGENT_EVENTS = {
  AgentSelected: event('AgentSelected').implement({
    interfaces: [RunEvent],
    description: 'An agent was chosen, because the caller named none.',
    fields: (t) => ({
      agentId: t.id({
        description: 'The chosen one.',
        resolve: ({ data }) => globalId('Agent', data.agentId),
      }),
      name: t.string({ description: 'Its name.', resolve: ({ data }) => data.name }),
      reason: t.string({ description: 'Why it was chosen.', resolve: ({ data }) => data.reason }),
    }),
  }),
  RunResumed: event('RunResumed').implement({
    interfaces: [RunEvent],
    description:
      'A worker goes on with the run after its last checkpoint: somebody answered, its worker had gone away, or it was retried. No text is void.',
  }),
  ToolCallStarted: event('ToolCallStarted').implement({
    interfaces: [RunEvent],
    description: 'The agent called a tool, and it is about to run.',
    fields: (t) => ({
      toolCallId: t.string({
        description: 'Unique in its run.',
        resolve: ({ data }) => data.toolCallId,
      }),
      tool: t.string({
        description: 'Which one, in the word of the model.',
        resolve: ({ data }) => data.tool,
      }),
      input: t.field({
        type: 'JSON',
        nullable: true,
        description: 'Its arguments, shortened where they are long; text, when they were no JSON object.',
        resolve: ({ data }) => data.input,
      }),
    }),
  }),
  ToolCallCompleted: event('ToolCallCompleted').implement({
    interfaces: [RunEvent],
    description: 'A tool call has its result.',
    fields: (t) => ({
      toolCallId: t.string({
        description: 'The same as when it started.',
        resolve: ({ data }) => data.toolCallId,
      }),
      tool: t.string({
        description: 'Which one, in the word of the model.',
        resolve: ({ data }) => data.tool,
      }),
      output: t.string({ description: 'What the model is told.', resolve: ({ data }) => data.output }),
      isError: t.boolean({ description: 'Whether it went wrong.', resolve: ({ data }) => data.isError }),
    }),
  }),
  ThreadTruncated: event('ThreadTruncated').implement({
    interfaces: [RunEvent],
    description:
      'The thread has more turns than are sent to the model, or more text than its context window holds; the oldest turns were omitted.',
    fields: (t) => ({
      sentTurns: t.int({
        description: 'Number of turns that were sent, the most recent ones.',
        resolve: ({ data }) => data.sentTurns,
      }),
    }),
  }),
  ContextCompacted: event('ContextCompacted').implement({
    interfaces: [RunEvent],
    description:
      'What is sent to the model was too long for its context window and was shortened: the history of an agent, or the older turns of a thread, which a summary replaces. What was left out is still in the log.',
    fields: (t) => ({
      turns: t.int({
        description: 'Number of oldest turns whose tool results and arguments were shortened.',
        resolve: ({ data }) => data.turns,
      }),
      summarizedTurns: t.int({
        description: 'Number of oldest turns that were replaced by a summary.',
        resolve: ({ data }) => data.summarizedTurns,
      }),
      bytesBefore: t.int({
        description: 'Size of the messages before, as JSON.',
        resolve: ({ data }) => data.bytesBefore,
      }),
      bytesAfter: t.int({
        description: 'Size of the messages after it.',
        resolve: ({ data }) => data.bytesAfter,
      }),
      callId: t.string({
        nullable: true,
        description: 'The model call that wrote the summary; null: none was needed.',
        resolve: ({ data }) => data.callId,
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
    description: 'The agent told what it means to do, or how far it is.',
    fields: (t) => ({
      plan: t.field({
        type: PlanType,
        description: 'The whole plan as it is now.',
        resolve: ({ data }) => data.plan,
      }),
    }),
  }),
  InputRequested: event('InputRequested').implement({
    interfaces: [RunEvent],
    description:
      'The agent asked a person. The task is WAITING until somebody answers with `provideTaskInput`.',
    fields: (t) => ({
      question: t.string({ description: 'What it asked.', resolve: ({ data }) => data.question }),
    }),
  }),
  InputProvided: event('InputProvided').implement({
    interfaces: [RunEvent],
    description: 'A person said something to the agent.',
    fields: (t) => ({ text: t.string({ description: 'What was said.', resolve: ({ data }) => data.text }) }),
  }),
};
