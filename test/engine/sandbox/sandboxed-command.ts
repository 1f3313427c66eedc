/** Runs one script in a sandbox as a server would, and prints its result: `node sandboxed-command.ts mode workspace script`. */
import { createSandbox } from '../../../src/engine/sandbox/sandbox.ts';
import type { SandboxMode } from '../../../src/rules/workspaces/isolation.ts';

const [mode = 'auto', workspace = '', run = ''] = process.argv.slice(2);
const sandbox = createSandbox({
  mode: mode as SandboxMode,
  searchPath: '/usr/local/bin:/usr/bin:/bin',
  hidden: [],
});
const result = await sandbox.run({
  workspace,
  run,
  timeoutMs: 30_000,
  signal: new AbortController().signal,
  onOutput: (text) => process.stderr.write(text),
});
console.log(JSON.stringify(result));
