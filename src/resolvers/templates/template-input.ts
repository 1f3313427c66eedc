import { z } from 'zod';
import type { TemplateParameter, TemplateStep } from '../../rules/templates/template.ts';
import { PARAMETER_TYPES, TEMPLATE_STEP_TYPES, type TemplateStepType } from '../../vocabulary.ts';
import { parameters as promptParameters, withoutNulls } from '../request/fields.ts';
import { list, sized, text } from '../request/validate.ts';

const MAX_TEXT = 100_000;
const MAX_ITEMS = 50;

const word = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be 1 to 64 letters, digits and _, beginning with a letter');
const templateName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'must be 1 to 100 letters, digits and . _ -, beginning with a letter or digit',
  );
const description = text({ max: 1000 });
const liquid = text({ min: 1, max: MAX_TEXT });
const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((given): z.output<Schema> | null => given ?? null);
const bound = orNull(z.number());

const isFilled = ({ length }: readonly unknown[]) => length > 0;

const parameter = z.object({
  name: word,
  type: z.enum(PARAMETER_TYPES),
  required: z
    .boolean()
    .nullish()
    .transform((given) => given ?? false),
  default: z
    .unknown()
    .optional()
    .transform((given) => given ?? null),
  description: orNull(description),
  allowed: orNull(
    list(z.unknown(), 200, 'must have at most 200 values').refine(isFilled, 'must not be empty'),
  ),
  min: bound,
  max: bound,
  isSecret: z
    .boolean()
    .nullish()
    .transform((given) => given ?? false),
}) satisfies z.ZodType<TemplateParameter>;

const settings = promptParameters.nullish().transform((given) => withoutNulls(given ?? {}));
const inDirectory = orNull(liquid);
const prompted = { prompt: liquid, system: orNull(liquid), parameters: settings };

/** The fields of each type of step, in addition to its key. */
const MEMBERS = {
  generate: { model: orNull(liquid), ...prompted },
  ollama_generate: { model: liquid, ...prompted },
  git_clone: { url: liquid, ref: orNull(liquid), directory: inDirectory, token: orNull(liquid) },
  run_script: {
    path: orNull(liquid),
    script: orNull(liquid),
    args: list(text({ max: MAX_TEXT }), MAX_ITEMS, `must have at most ${MAX_ITEMS} arguments`)
      .nullish()
      .transform((given) => given ?? []),
    directory: inDirectory,
    timeoutSeconds: orNull(z.number().int().min(1, 'must be at least 1').max(3600, 'must be at most 3600')),
  },
  store_output: { name: liquid, path: orNull(liquid), content: orNull(liquid), mediaType: orNull(liquid) },
} satisfies Record<TemplateStepType, z.ZodRawShape>;

function stepOf<Type extends TemplateStepType>(type: Type) {
  const names = Object.keys(MEMBERS[type]).join(', ');
  return z.strictObject(
    { key: word, type: z.literal(type), ...MEMBERS[type] },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `${issue.keys?.join(', ')}: not a field of a step of the type ${type}; it has ${names}`
          : undefined,
    },
  );
}

/** GraphQL has one type for all steps, whose absent fields may be null. */
const step = z
  .preprocess(
    (given) => (typeof given === 'object' && given !== null ? withoutNulls(given) : given),
    z.discriminatedUnion(
      'type',
      [
        stepOf('generate'),
        stepOf('ollama_generate'),
        stepOf('git_clone'),
        stepOf('run_script'),
        stepOf('store_output'),
      ],
      `must be one of ${TEMPLATE_STEP_TYPES.join(', ')}`,
    ),
  )
  .transform(({ key, ...members }) => ({ id: key, ...members })) satisfies z.ZodType<TemplateStep>;

/** Limits for all steps together, and for all parameters together. */
const PARTS = { characters: 1_000_000, values: 20_000 };

const parameters = sized(list(parameter, MAX_ITEMS, `must have at most ${MAX_ITEMS} parameters`), PARTS);
const steps = sized(list(step, MAX_ITEMS, `must have at most ${MAX_ITEMS} steps`), PARTS).refine(
  isFilled,
  'must have at least one step',
);

export const newTemplate = z.object({
  name: templateName,
  description: orNull(description),
  parameters: parameters.nullish().transform((given) => given ?? []),
  steps,
  isActive: z
    .boolean()
    .nullish()
    .transform((given) => given ?? true),
});

/** Omitted fields stay unchanged; null removes the description. */
export const templateChange = z.object({
  description: description.nullish(),
  parameters: parameters.nullish(),
  steps: steps.nullish(),
  isActive: z.boolean().nullish(),
});
