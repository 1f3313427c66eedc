/** What the endpoints below each path are about, by the first part of the path after the version. */
export const TAGS: Readonly<Record<string, string>> = {
  agents: 'Models with instructions and tools, which work on tasks.',
  analytics: 'What sessions and users have used.',
  auth: 'Accounts and their credentials.',
  health: 'Whether the server works.',
  integrations: 'Platforms that the server has credentials for.',
  models: 'Language models, their abilities and prices.',
  orchestration: 'Work in several steps or rounds.',
  predictions: 'How tasks will probably end.',
  providers: 'Services and programs that serve models.',
  sessions: 'Contexts that tasks or threads belong to.',
  system: 'The server and its workers.',
  tasks: 'Units of work, from their creation to their result.',
  templates: 'Prepared steps with parameters, from which tasks are created.',
  threads: 'Conversations within a session.',
};
