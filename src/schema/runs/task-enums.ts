import { HAND_ENDINGS, TASK_KINDS, TASK_LABELS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

export const HandEndingEnum = builder.enumType('HandEnding', {
  description: 'To which a task may be ended by hand.',
  values: capitals(HAND_ENDINGS, {
    completed: 'It is done, whoever did it.',
    failed: 'It cannot be done, or is not to be.',
  }),
});

export const TaskKindEnum = builder.enumType('TaskKind', {
  description: 'How a task is carried out.',
  values: capitals(TASK_KINDS, {
    pull: 'A model that Ollama fetches; made by `pullModel`.',
    prompt: 'One prompt, answered by one model.',
    agent: 'An agent at work with tools, turn by turn.',
    template: 'The steps of a template, one after the other.',
  }),
});

export const TaskLabelEnum = builder.enumType('TaskLabel', {
  description: 'What a task may be described by, beside its prompt.',
  values: capitals(TASK_LABELS),
});
