import type { FieldIssue } from '../../errors.ts';
import { liquidReferences, type Reference } from '../liquid/liquid.ts';
import { UNWATCHED, type Watch } from '../liquid/watch.ts';
import { abbreviateList } from '../text/abbreviate-list.ts';
import { valueProblem } from './parameters.ts';
import {
  liquidTexts,
  STEP_ALTERNATIVES,
  STEP_OUTPUTS,
  type TemplateDefinition,
  type TemplateParameter,
  type TemplateStep,
} from './template.ts';

/** All errors in a template whose fields have valid types: the field, what is wrong, and what is allowed. */
export function definitionProblems(
  { parameters, steps }: TemplateDefinition,
  watch: Watch = UNWATCHED,
): FieldIssue[] {
  return [
    ...repeated(parameters.map(({ name }, index) => [`parameters.${index}.name`, name])),
    ...repeated(steps.map((step, index) => [`${placeOf(step, index)}.key`, step.id])),
    ...parameters.flatMap((parameter, index) => within(`parameters.${index}`, parameterProblems(parameter))),
    ...steps.flatMap((step, index) =>
      within(placeOf(step, index), [
        ...shapeProblems(step),
        ...textProblems(step, {
          parameters,
          earlier: steps.slice(0, index),
          begin: (field) => watch.begin(`${placeOf(step, index)}.${field}`),
        }),
      ]),
    ),
  ];
}

function within(root: string, issues: readonly FieldIssue[]): FieldIssue[] {
  return issues.map(({ field, message }) => ({ field: `${root}.${field}`, message }));
}

/** Where a client gave the step. */
function placeOf({ type }: TemplateStep, index: number): string {
  return `steps.${index}.${STEP_ALTERNATIVES[type]}`;
}

function repeated(words: readonly (readonly [field: string, word: string])[]): FieldIssue[] {
  const first = new Map(words.map(([field, word]) => [word, field] as const).toReversed());
  return words.flatMap(([field, word]) =>
    first.get(word) === field ? [] : [{ field, message: `${JSON.stringify(word)} is already used` }],
  );
}

function parameterProblems(parameter: TemplateParameter): FieldIssue[] {
  const { name, type, required, min, max, isSecret } = parameter;
  const given = parameter.default;
  const faultOfDefault = given === null ? null : valueProblem(parameter, given);
  const rules: [isBroken: boolean, field: string, message: string][] = [
    [name === 'steps', 'name', '"steps" is reserved for the outputs of steps'],
    [type === 'boolean' && (min ?? max) !== null, 'min', 'a boolean has no min and max'],
    [min !== null && max !== null && min > max, 'max', `must be at least min, which is ${min}`],
    [required && given !== null, 'default', 'a required parameter has no default'],
    [faultOfDefault !== null, 'default', faultOfDefault ?? ''],
    [isSecret && type !== 'string', 'isSecret', 'only a string can be a secret'],
    [isSecret && given !== null, 'default', 'a secret has no default, because it would be public'],
  ];
  const issues = rules.flatMap(([isBroken, field, message]) => (isBroken ? [{ field, message }] : []));
  return [...issues, ...allowedProblems(parameter)];
}

function allowedProblems({ allowed, ...parameter }: TemplateParameter): FieldIssue[] {
  const isList = parameter.type === 'list';
  const bounds = isList ? { min: null, max: null } : {};
  return (allowed ?? []).flatMap((value, index) => {
    const message = valueProblem({ ...parameter, ...bounds, allowed: null }, isList ? [value] : value);
    return message === null ? [] : [{ field: `allowed.${index}`, message }];
  });
}

function shapeProblems(step: TemplateStep): FieldIssue[] {
  if (step.type === 'run_script' && (step.path === null) === (step.script === null)) {
    return [{ field: 'script', message: 'give either path or script' }];
  }
  if (step.type === 'store_output' && step.path === null && step.content === null) {
    return [{ field: 'content', message: 'give content, or a path, or both' }];
  }
  return [];
}

function textProblems(step: TemplateStep, { begin, ...known }: Omit<Scope, 'field'> & Watch): FieldIssue[] {
  return liquidTexts(step).flatMap(({ field: member, text }) => {
    const field = member === 'system' ? 'systemPrompt' : member;
    begin(field);
    const read = liquidReferences(text);
    if (read.problem !== undefined) return [{ field, message: `is not valid Liquid: ${read.problem}` }];
    const problems = read.references.flatMap((one) => referenceProblem(one, { field, ...known }) ?? []);
    return [...new Set(problems)].map((message) => ({ field, message }));
  });
}

interface Scope {
  field: string;
  parameters: readonly TemplateParameter[];
  earlier: readonly TemplateStep[];
}

function referenceProblem(reference: Reference, { field, parameters, earlier }: Scope): string | null {
  const [root] = reference;
  if (root === 'steps') return stepReferenceProblem(reference, field, earlier);
  const parameter = parameters.find(({ name }) => name === root);
  if (!parameter) {
    const names = abbreviateList(parameters.map(({ name }) => name)) || 'none';
    return `reads ${JSON.stringify(root)}, which is not a parameter; there are: ${names}`;
  }
  if (parameter.isSecret && field !== 'token') return `a secret such as ${root} may only be used as a token`;
  return null;
}

function stepReferenceProblem(
  [, id, member]: Reference,
  field: string,
  earlier: readonly TemplateStep[],
): string | null {
  // Whether a model exists is checked when a task is created.
  if (field === 'model') return 'a model may depend on parameters only';
  const step = earlier.find((one) => one.id === id);
  if (!step) {
    const ids = abbreviateList(earlier.map((one) => one.id)) || 'none';
    return `reads steps.${id ?? '[…]'}, which is not an earlier step; there are: ${ids}`;
  }
  const outputs = STEP_OUTPUTS[step.type];
  if (outputs.some((one) => one === member)) return null;
  return `reads steps.${id}.${member ?? '[…]'}; there are: ${outputs.join(', ')}`;
}
