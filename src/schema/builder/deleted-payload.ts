import { builder } from './builder.ts';

/** The payload of a mutation that deletes an object. */
export function deletedPayload(name: string, description: string) {
  return builder.objectRef<{ deletedId: string }>(name).implement({
    description,
    fields: (t) => ({
      deletedId: t.id({
        description: 'The id of the deleted object.',
        resolve: ({ deletedId }) => deletedId,
      }),
    }),
  });
}
