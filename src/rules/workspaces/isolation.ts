import type { SandboxState } from '../../vocabulary.ts';

/** Programs that isolate commands, the best first. */
export const ISOLATION_NAMES = ['bubblewrap', 'unshare'] as const satisfies readonly SandboxState[];
export type IsolationName = (typeof ISOLATION_NAMES)[number];

/** What an operator can ask for. `auto`: what works; `none`: commands run with all rights of the server. */
export const SANDBOX_MODES = ['auto', ...ISOLATION_NAMES, 'none'] as const;
export type SandboxMode = (typeof SANDBOX_MODES)[number];

/**
 * Programs to try, in this order. In production, one that leaves system calls unfiltered is used only where an
 * operator asks for it, and not because bubblewrap has stopped working.
 */
export function isolationsFor(
  mode: Exclude<SandboxMode, 'none'>,
  isProduction: boolean,
): readonly IsolationName[] {
  if (mode !== 'auto') return [mode];
  return isProduction ? ['bubblewrap'] : ISOLATION_NAMES;
}
