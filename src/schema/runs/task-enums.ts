import { HAND_ENDINGS, TASK_KINDS, TASK_LABELS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

export const HandEndingEnum = builder.enumType('HandEnding', {
  description: 'Statuses with which a task can be ended manually.',
  values: capitals(HAND_ENDINGS, {
    completed: 'It is done, no matter how.',
    failed: 'It cannot be done, or should not be.',
  }),
});

export const TaskKindEnum = builder.enumType('TaskKind', {
  description: 'Kind of a task.',
  values: capitals(TASK_KINDS, {
    pull: 'Ollama downloads a model; created by `pullModel`.',
    prompt: 'A prompt that one model answers.',
    agent: 'An agent that works with tools, turn by turn.',
    template: 'The steps of a template, one after the other.',
  }),
});

export const TaskLabelEnum = builder.enumType('TaskLabel', {
  description: 'Optional descriptive fields of a task.',
  values: capitals(TASK_LABELS, {
    type: 'The type of work.',
    title: 'The title.',
    description: 'The description.',
    target: 'What the work is done on.',
  }),
});
