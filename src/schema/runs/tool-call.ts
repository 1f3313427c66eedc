import type { ToolCallRow } from '../../store/agents/tool-calls.ts';
import { builder } from '../builder/builder.ts';

export const ToolCallType = builder.objectRef<ToolCallRow>('ToolCall').implement({
  description: 'A tool that an agent called.',
  fields: (t) => ({
    id: t.id({ description: 'The `toolCallId` of its events.', resolve: ({ key }) => key }),
    tool: t.exposeString('tool', { description: 'Which one, in the word of the model.' }),
    input: t.expose('input', {
      type: 'JSON',
      nullable: true,
      description: 'Its arguments, shortened where they are long; text, when they were no JSON object.',
    }),
    output: t.exposeString('output', {
      nullable: true,
      description: 'What the model was told; null while it runs.',
    }),
    isError: t.boolean({
      nullable: true,
      description: 'Whether it went wrong; null while it runs.',
      resolve: ({ isError }) => isError,
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its result was there.',
    }),
  }),
});
