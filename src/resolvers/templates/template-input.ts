import { z } from 'zod';
import type { StepAlternative, TemplateParameter, TemplateStep } from '../../rules/templates/template.ts';
import { PARAMETER_TYPES } from '../../vocabulary.ts';
import { expectedVersion } from '../request/expected-version.ts';
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
const prompted = { prompt: liquid, systemPrompt: orNull(liquid), parameters: settings };

/** Its alternatives; GraphQL accepts exactly one of them. */
const STEPS = {
  generate: z
    .object({ key: word, model: orNull(liquid), ...prompted })
    .transform(({ key: id, systemPrompt: system, ...members }) => ({
      ...{ id, type: 'generate' as const, system },
      ...members,
    })),
  ollamaGenerate: z
    .object({ key: word, model: liquid, ...prompted })
    .transform(({ key: id, systemPrompt: system, ...members }) => ({
      ...{ id, type: 'ollama_generate' as const, system },
      ...members,
    })),
  gitClone: z
    .object({
      ...{ key: word, url: liquid, ref: orNull(liquid), directory: inDirectory, token: orNull(liquid) },
    })
    .transform(({ key: id, ...members }) => ({ id, type: 'git_clone' as const, ...members })),
  runScript: z
    .object({
      ...{ key: word, path: orNull(liquid), script: orNull(liquid), directory: inDirectory },
      args: list(text({ max: MAX_TEXT }), MAX_ITEMS, `must have at most ${MAX_ITEMS} arguments`)
        .nullish()
        .transform((given) => given ?? []),
      timeoutSeconds: orNull(z.number().int().min(1, 'must be at least 1').max(3600, 'must be at most 3600')),
    })
    .transform(({ key: id, ...members }) => ({ id, type: 'run_script' as const, ...members })),
  storeOutput: z
    .object({
      ...{
        key: word,
        name: liquid,
        path: orNull(liquid),
        content: orNull(liquid),
        mediaType: orNull(liquid),
      },
    })
    .transform(({ key: id, ...members }) => ({ id, type: 'store_output' as const, ...members })),
} satisfies Record<StepAlternative, z.ZodType<TemplateStep>>;

const step = z
  .object(STEPS)
  .partial()
  .transform((given) => Object.values(given).find((one) => one !== undefined)!);

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
  expectedVersion,
  description: description.nullish(),
  parameters: parameters.nullish(),
  steps: steps.nullish(),
  isActive: z.boolean().nullish(),
});
