/** What tells of a task's work; each surface asks for it in its own way. */
interface Described {
  title: string | null;
  description: string | null;
  prompt: string;
  templateName: string | null;
  model: string | null;
}

/** What it was asked; tasks of other surfaces may have been asked in other ways. */
export function descriptionOf(task: Omit<Described, 'title'>): string {
  return task.description || task.prompt || task.templateName || task.model || '';
}

const MAX_TITLE = 100;

/** Its own, else the beginning of what it was asked. */
export function titleOf(task: Described): string {
  const [line = ''] = descriptionOf(task).trim().split('\n', 1);
  const letters = [...line];
  const short = letters.length > MAX_TITLE ? `${letters.slice(0, MAX_TITLE - 1).join('')}…` : line;
  return task.title ?? short;
}
