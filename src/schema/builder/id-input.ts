import { builder } from './builder.ts';

/** The input of a mutation that takes nothing but an id. @param description what the id names */
export function idInput(name: string, description: string) {
  return builder.inputType(name, {
    fields: (t) => ({ id: t.id({ required: true, description }) }),
  });
}
