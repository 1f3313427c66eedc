interface Entry {
  provider: string;
  modelId: string;
  isBuiltIn: boolean;
}

/** Without built-in models for which the account has an entry of its own: every name refers to that one. */
export function withoutReplaced<Model extends Entry>(models: readonly Model[]): Model[] {
  const own = new Set(models.filter(({ isBuiltIn }) => !isBuiltIn).map(keyOf));
  return models.filter((model) => !model.isBuiltIn || !own.has(keyOf(model)));
}

function keyOf({ provider, modelId }: Entry): string {
  return `${provider}/${modelId}`;
}
