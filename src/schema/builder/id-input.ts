import { builder } from './builder.ts';

/** The input of a mutation that takes nothing but an id. @param object what the id names */
export function idInput(name: string, object: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({ id: t.id({ required: true, description: object }) }),
  });
}
