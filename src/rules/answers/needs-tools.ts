/** What can only be done, or be found out, in a working directory. */
const ACTS =
  'create|write|save|store|add|append|edit|modify|change|update|rewrite|refactor|replace|fix|patch|delete|remove|rename|move|copy|make|generate|read|open|list|show|print|count|inspect|check|find|search|grep|run|execute|start|launch|compile|build|test|lint|install|clone|commit|use';
const THINGS =
  'files?|folders?|director(?:y|ies)|scripts?|commands?|shell|terminal|repositor(?:y|ies)|repo|code ?base|working directory|workspace|test suite|unit tests|Makefile|Dockerfile|README';
const ENDINGS =
  'txt|md|json|jsonl|ya?ml|toml|ini|cfg|conf|csv|tsv|xml|html?|css|scss|js|mjs|cjs|jsx|ts|tsx|py|ipynb|rb|go|rs|java|kt|swift|c|h|cc|cpp|hpp|cs|php|sh|bash|zsh|ps1|sql|lock|log|env|patch|diff|zip|tar|gz';

/** An act, and within a few words of the same sentence what it is done to. */
const ACT_ON_THING = new RegExp(`\\b(?:${ACTS})\\b[^.!?\\n]{0,80}?\\b(?:${THINGS})\\b`, 'i');
const ACT_ON_FILE = new RegExp(
  `\\b(?:${ACTS})\\b[^!?\\n]{0,120}?(?:^|[\\s"'\`(/])[\\w-]+\\.(?:${ENDINGS})(?![\\w-])`,
  'i',
);
const ACT_ON_COMMAND = /\b(?:run|execute|use|call)\b[^.!?\n]{0,40}`[^`\n]+`/i;

/** Characters that are looked through: prompts may have a megabyte. */
const LONGEST = 20_000;

/**
 * Whether a prompt asks for something that an agent cannot do without its tools. It errs on the side of no: what follows
 * from yes is one more question to a model that called none, and a failure when it calls none even then.
 */
export function needsTools(prompt: string): boolean {
  const beginning = prompt.slice(0, LONGEST);
  return [ACT_ON_THING, ACT_ON_FILE, ACT_ON_COMMAND].some((pattern) => pattern.test(beginning));
}
