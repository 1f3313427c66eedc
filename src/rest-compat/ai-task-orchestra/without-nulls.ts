type Known<Given> = { [Name in keyof Given]?: NonNullable<Given[Name]> };

/** The documentation has no null: unknown values are omitted. */
export function known<Given extends object>(given: Given): Known<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as Known<Given>;
}
