type Given = Readonly<Record<string, string | undefined>>;

/** @returns a problem for each variable that is missing although another one requires it */
export function missingVariables(given: Given): string[] {
  return [
    ...missingByValue(given),
    ...missingPrimary(given),
    ...GROUPS.flatMap((group) => missingOf(group, given)),
  ];
}

/** Variables that the value of another one requires. */
const REQUIRED = [
  { when: 'NODE_ENV', is: 'production', names: ['DATABASE_URL', 'JWT_SECRET', 'SECRETS_KEY'] },
  // It says that DATABASE_URL is a transaction pooler, and locks and LISTEN need a session of their own.
  { when: 'DATABASE_PREPARE', is: 'off', names: ['DATABASE_DIRECT_URL'] },
  { when: 'DOCUMENTS', is: 'only', names: ['DOCUMENTS_FILE'] },
];

function missingByValue(given: Given): string[] {
  return REQUIRED.filter(({ when, is }) => given[when] === is).flatMap(({ when, is, names }) =>
    names.filter((name) => given[name] === undefined).map((name) => `${name}: required when ${when}=${is}`),
  );
}

/** The embedded database has no replicas. */
function missingPrimary(given: Given): string[] {
  if (given.DATABASE_READ_URL === undefined || given.DATABASE_URL !== undefined) return [];
  return ['DATABASE_URL: required when DATABASE_READ_URL is set'];
}

/** Variables that are set together or not at all. */
const GROUPS = [
  ['AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_ENDPOINT'],
  ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'],
];

function missingOf(group: readonly string[], given: Given): string[] {
  const missing = group.filter((name) => given[name] === undefined);
  const [present] = group.filter((name) => given[name] !== undefined);
  return present ? missing.map((name) => `${name}: required when ${present} is set`) : [];
}
