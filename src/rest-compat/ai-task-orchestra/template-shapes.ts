import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import type { ParameterType } from '../../vocabulary.ts';
import { graphql } from '../handling/documents.ts';
import { lowerCase } from '../shapes/output.ts';
import { known } from './without-nulls.ts';

const TYPES = {
  STRING: 'string',
  INTEGER: 'integer',
  NUMBER: 'number',
  BOOLEAN: 'boolean',
  LIST: 'array',
} as const satisfies Record<Uppercase<ParameterType>, string>;

export const TEMPLATE = graphql(`fragment Template on Template {
  name description parameters { name type required description }
}`);

export const templateShape = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.array(
    z.object({
      name: z.string(),
      type: z.enum(Object.values(TYPES)),
      required: z.boolean(),
      description: z.string(),
    }),
  ),
});

/** As the list has it. */
export function showTemplate(template: ResultOf<typeof TEMPLATE>): z.input<typeof templateShape> {
  const { name, description, parameters } = template;
  return {
    name,
    description: description ?? '',
    parameters: parameters.map((one) => ({
      name: one.name,
      type: TYPES[one.type],
      required: one.required,
      description: one.description ?? '',
    })),
  };
}

export const STEPS = graphql(`fragment Steps on Template {
  steps {
    id: key type model prompt system: systemPrompt parameters { temperature topP maxTokens stop seed }
    url ref token directory path script args timeoutSeconds name content mediaType
  }
}`);
type Step = ResultOf<typeof STEPS>['steps'][number];

/** The members of a step depend on its type. */
const step = z.object({ id: z.string().optional(), type: z.string() }).catchall(z.unknown());

export const wholeTemplate = templateShape.extend({ steps: z.array(step) });

/**
 * Including its steps. Later steps refer to a step by its id, so it is included if there are several steps.
 */
export function showWholeTemplate(
  template: ResultOf<typeof TEMPLATE> & ResultOf<typeof STEPS>,
): z.input<typeof wholeTemplate> {
  const isAlone = template.steps.length === 1;
  return {
    ...showTemplate(template),
    steps: template.steps.map(({ id, ...others }) => ({ ...(!isAlone && { id }), ...showStep(others) })),
  };
}

function showStep({ type, parameters, timeoutSeconds, mediaType, ...texts }: Omit<Step, 'id'>) {
  const { topP, maxTokens, ...settings } = parameters ?? {};
  return {
    type: lowerCase(type),
    ...known(texts),
    ...known({ timeout_seconds: timeoutSeconds, media_type: mediaType }),
    ...known({ ...settings, top_p: topP ?? null, max_tokens: maxTokens ?? null }),
  };
}
