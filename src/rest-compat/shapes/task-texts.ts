/** Descriptive fields of a task; each API has different ones. */
interface Described {
  title: string | null;
  description: string | null;
  prompt: string;
  templateName: string | null;
  model: string | null;
}

/** The request of a task; tasks of other APIs may have different fields. */
export function descriptionOf(task: Omit<Described, 'title'>): string {
  return task.description || task.prompt || task.templateName || task.model || '';
}

const MAX_TITLE = 100;

/** Its title, otherwise the beginning of its description. */
export function titleOf(task: Described): string {
  const [line = ''] = descriptionOf(task).trim().split('\n', 1);
  const letters = [...line];
  const short = letters.length > MAX_TITLE ? `${letters.slice(0, MAX_TITLE - 1).join('')}…` : line;
  return task.title ?? short;
}
