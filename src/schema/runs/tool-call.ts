import type { ToolCallRow } from '../../store/agents/tool-calls.ts';
import { builder } from '../builder/builder.ts';

export const ToolCallType = builder.objectRef<ToolCallRow>('ToolCall').implement({
  description: 'A call of a tool by an agent.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Unique within its task; `toolCallKey` in its events.' }),
    tool: t.exposeString('tool', { description: 'Name of the tool, as the model knows it.' }),
    input: t.expose('input', {
      type: 'JSON',
      nullable: true,
      description: 'Its arguments, long values truncated; a string if they were not a JSON object.',
    }),
    output: t.exposeString('output', {
      nullable: true,
      description: 'The result as sent to the model; null while it runs.',
    }),
    isError: t.boolean({
      nullable: true,
      description: 'Whether it failed; null while it runs.',
      resolve: ({ isError }) => isError,
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
    endedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it finished.',
    }),
  }),
});
