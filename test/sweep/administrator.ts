/** All in which an administrator is meant to see more than others, and why. Of all else they see their own alone. */
export const ADMIN_SEES = {
  'Query.systemStatus': 'totals of tasks, agents and the queue, as numbers of all accounts, and the workers',
  'Query.systemMetrics': 'traffic of the process, as numbers of all accounts',
  'Query.users': 'all accounts',
  'Query.allLegacyClients': 'who uses the older APIs',
  'Query.auditLog': 'what was done to accounts and credentials',
  'Query.exportUser': 'where the data of an account can be downloaded',
  'Mutation.deleteUser': 'deletes an account',
  'Mutation.createPasswordReset': 'lets the owner of an account set another password',
  'Mutation.inviteUser': 'is told that an address has an account',
  'Mutation.updateUser': 'sets limits, quotas and policies of an account, and answers with it',
  'Model.baseUrl': 'the address of a custom model, which all accounts share',
  'GET /metrics': 'measurements of the process',
} as const;

/** Rows by which an administrator makes what all accounts share, so that calling them would change what Alice reads. */
export const ADMIN_SHARES: readonly string[] = ['POST /api/v1/models'];
