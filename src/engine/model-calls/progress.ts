import { DomainError } from '../../errors.ts';
import type { StreamPart, ToolCall } from '../../providers/provider.ts';
import { createRepetitionWatch } from '../../rules/answers/repeated-text.ts';

type TextPart = Extract<StreamPart, { type: 'text' | 'reasoning' }>;

interface RepetitionWatch {
  /** @throws DomainError LOOP_DETECTED when the text repeats itself; reading further would only cost money */
  add(part: TextPart): void;
}

/** Watches one answer; its text and its reasoning are checked separately. */
function watchRepetition(): RepetitionWatch {
  const watches = { text: createRepetitionWatch(), reasoning: createRepetitionWatch() };
  return {
    add({ type, text }) {
      const piece = watches[type].add(text);
      if (piece === null) return;
      const shown = JSON.stringify(piece.slice(0, 80));
      throw new DomainError('LOOP_DETECTED', `the model kept repeating the same text: ${shown}`);
    },
  };
}

/** The parts of an answer received so far, with times by `performance.now()`. */
export interface Progress {
  startedAt: number;
  firstTokenAt: number | null;
  texts: string[];
  toolCalls: ToolCall[];
  repetition: RepetitionWatch;
}

export function startProgress(): Progress {
  const repetition = watchRepetition();
  return { startedAt: performance.now(), firstTokenAt: null, texts: [], toolCalls: [], repetition };
}
