type Known<Given> = { [Name in keyof Given]?: NonNullable<Given[Name]> };

/** The document has no null: what is not known, or not yet, is left out. */
export function known<Given extends object>(given: Given): Known<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as Known<Given>;
}
