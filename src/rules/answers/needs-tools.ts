/** Actions that are only possible in a working directory. */
const ACTS =
  'create|write|save|store|add|append|edit|modify|change|update|rewrite|refactor|replace|fix|patch|delete|remove|rename|move|copy|make|generate|read|open|list|show|print|count|inspect|check|find|search|grep|run|execute|start|launch|compile|build|test|lint|install|clone|commit|use';
const THINGS =
  'files?|folders?|director(?:y|ies)|scripts?|commands?|shell|terminal|repositor(?:y|ies)|repo|code ?base|working directory|workspace|test suite|unit tests|Makefile|Dockerfile|README';
const ENDINGS =
  'txt|md|json|jsonl|ya?ml|toml|ini|cfg|conf|csv|tsv|xml|html?|css|scss|js|mjs|cjs|jsx|ts|tsx|py|ipynb|rb|go|rs|java|kt|swift|c|h|cc|cpp|hpp|cs|php|sh|bash|zsh|ps1|sql|lock|log|env|patch|diff|zip|tar|gz';

/** An action and, within a few words of the same sentence, its object. */
const ACT_ON_THING = new RegExp(`\\b(?:${ACTS})\\b[^.!?\\n]{0,80}?\\b(?:${THINGS})\\b`, 'i');
const ACT_ON_FILE = new RegExp(
  `\\b(?:${ACTS})\\b[^!?\\n]{0,120}?(?:^|[\\s"'\`(/])[\\w-]+\\.(?:${ENDINGS})(?![\\w-])`,
  'i',
);
const ACT_ON_COMMAND = /\b(?:run|execute|use|call)\b[^.!?\n]{0,40}`[^`\n]+`/i;

/** Maximum characters to examine: prompts may have a megabyte. */
const LONGEST = 20_000;

/**
 * Whether a prompt asks for something that an agent cannot do without its tools. When in doubt the result is
 * false, because true costs one more request to a model that called no tool, and fails the task if it still
 * calls none.
 */
export function needsTools(prompt: string): boolean {
  const beginning = prompt.slice(0, LONGEST);
  return [ACT_ON_THING, ACT_ON_FILE, ACT_ON_COMMAND].some((pattern) => pattern.test(beginning));
}
