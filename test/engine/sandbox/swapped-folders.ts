/**
 * A command exchanges a folder with a link, again and again, while the server opens working directories below it:
 * `node swapped-folders.ts '{"base":…,"target":…,"swapped":…,"named":…,"tries":…}'`. Prints how often each answer came.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createSandbox } from '../../../src/engine/sandbox/sandbox.ts';
import { DomainError } from '../../../src/errors.ts';
import { openWorkspace } from '../../../src/workspaces/workspaces.ts';

const { base, userId, target, swapped, named, tries } = JSON.parse(process.argv[2]!);
const dataDir = join(base, 'data');
const settings = {
  dataDir,
  workspaceRoots: [join(dataDir, 'workspaces')],
  sandbox: 'bubblewrap' as const,
};
const tenant = { userId, isAdmin: false };

/** renameat2 with RENAME_EXCHANGE, as fast as a processor can. */
const ATTACK = `
use strict;
my ($swapped, $target, $number) = @ARGV;
my $link = "link";
system 'mkdir', '-p', $swapped;
symlink $target, $link or die "link: $!";
sub exchange { return syscall($number + 0, -100, $swapped, -100, $link, 2) == 0 }
exchange() or die "renameat2: $!";
$| = 1;
print "ready\\n";
for (;;) { exchange(); }`;
const RENAMEAT2 = process.arch === 'x64' ? '316' : '276';

const sandbox = createSandbox({
  mode: 'bubblewrap',
  searchPath: '/usr/local/bin:/usr/bin:/bin',
  hidden: [base],
});
const workspace = await openWorkspace(settings, tenant, 'w', 'workspace');
const attack = new AbortController();
const { promise: isReady, resolve } = Promise.withResolvers<void>();
const attacking = sandbox
  .run({
    workspace,
    run: ['perl', '-e', ATTACK, swapped, target, RENAMEAT2],
    timeoutMs: 120_000,
    signal: attack.signal,
    onOutput: () => resolve(),
  })
  .then(
    ({ stderr }) => Promise.reject(new Error(`the attack ended by itself: ${stderr}`)),
    () => {},
  );
await Promise.race([isReady, attacking]);
const answers: Record<string, number> = {};
for (let turn = 0; turn < tries; turn += 1) {
  const name = named.replace('NAME', randomUUID());
  const answer = await openWorkspace(settings, tenant, name, 'x').then(
    () => 'opened',
    (error) => (error instanceof DomainError ? error.code : String(error)),
  );
  answers[answer] = (answers[answer] ?? 0) + 1;
}
attack.abort();
await attacking;
console.log(JSON.stringify(answers));
