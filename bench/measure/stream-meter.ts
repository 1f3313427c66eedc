import { microseconds } from './clock.ts';
import { cpuOf, cpuOfTree } from './cpu.ts';
import { quantile } from './quantile.ts';

export interface StreamPlan {
  streams: number;
  tokensEach: number;
  /**
   * steady: from when every stream runs until the first one ends, so that what a run's start costs is not taken for
   * what its tokens cost. whole: from the first token to the last.
   */
  span: 'steady' | 'whole';
  /** Whose CPU counts. */
  pid: number;
  /** The postmaster, when there is a database behind it. */
  postgresPid: number | null;
}

export interface StreamFigures {
  tokensPerSecond: number;
  /** Microseconds. */
  cpuPerToken: number;
  postgresCpuPerToken: number;
  /** Milliseconds from the provider's write to the reader. */
  delayP50: number;
  delayP99: number;
}

export interface StreamMeter {
  /** A piece of text of a stream; its words are the provider's clock at the moment each was written. */
  received(stream: number, text: string): void;
  /** @throws Error when tokens are missing. */
  figures(): StreamFigures;
}

interface Mark {
  at: number;
  cpu: number;
  postgresCpu: number;
}

export function createStreamMeter(plan: StreamPlan): StreamMeter {
  const counts = new Array<number>(plan.streams).fill(0);
  const delays: number[] = [];
  let silent = plan.streams;
  let firstWrittenAt = Number.POSITIVE_INFINITY;
  let lastReceivedAt = 0;
  let from = plan.span === 'whole' ? mark(plan) : null;
  let to: Mark | null = null;

  function count(stream: number, tokens: number): void {
    if (counts[stream] === 0) silent -= 1;
    counts[stream]! += tokens;
    if (silent === 0) from ??= mark(plan);
    if (plan.span === 'steady' && counts[stream]! >= plan.tokensEach) to ??= mark(plan);
  }

  return {
    received(stream, text) {
      lastReceivedAt = microseconds();
      const written = text.trim().split(' ').map(Number);
      firstWrittenAt = Math.min(firstWrittenAt, written[0]!);
      if (from && !to) for (const at of written) delays.push((lastReceivedAt - at) / 1000);
      count(stream, written.length);
    },
    figures() {
      const missing = counts.filter((tokens) => tokens !== plan.tokensEach).length;
      if (missing > 0) throw new Error(`${missing} of ${plan.streams} streams did not bring their tokens`);
      to ??= mark(plan);
      if (!from || from.at >= to.at) throw new Error('the first stream ended before the last one began');
      const seconds =
        plan.span === 'whole' ? (lastReceivedAt - firstWrittenAt) / 1e6 : (to.at - from.at) / 1e6;
      return {
        tokensPerSecond: delays.length / seconds,
        cpuPerToken: (to.cpu - from.cpu) / delays.length,
        postgresCpuPerToken: (to.postgresCpu - from.postgresCpu) / delays.length,
        delayP50: quantile(delays, 0.5),
        delayP99: quantile(delays, 0.99),
      };
    },
  };
}

function mark({ pid, postgresPid }: StreamPlan): Mark {
  const postgresCpu = postgresPid === null ? 0 : cpuOfTree(postgresPid);
  return { at: microseconds(), cpu: cpuOf(pid), postgresCpu };
}
