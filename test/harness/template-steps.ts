interface Step {
  type: string;
  [member: string]: unknown;
}

/** Steps in the form in which the schema shows them, as the alternatives that it takes. */
export function templateSteps(steps: readonly object[]): Record<string, object>[] {
  return steps.map((step) => {
    const { type, ...members } = step as Step;
    return { [type.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())]: members };
  });
}

/** The input of a template whose steps are in that form. */
export function templateInput<Input extends object>(input: Input): Input {
  return 'steps' in input && Array.isArray(input.steps)
    ? { ...input, steps: templateSteps(input.steps) }
    : input;
}
