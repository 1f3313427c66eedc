import type { ComponentType, ReactNode } from 'react';

export interface SessionRow {
  id: string;
  name?: string | null | undefined;
}

export interface TaskRow {
  id: string;
  title?: string | null | undefined;
  status: string;
}

/** What a page gets from a GraphQL client. Each hook belongs to one component, as in any React app. */
export interface Library {
  Provider: ComponentType<{ token: string | null; children: ReactNode }>;
  useLogin(): (email: string, password: string) => Promise<string>;
  useSessions(): readonly SessionRow[];
  useCreateThread(): (sessionId: string) => Promise<string>;
  useSendPrompt(): (prompt: NewPrompt) => Promise<string>;
  useCancel(): (id: string) => Promise<void>;
  /**
   * Keeps the cache up to date while the component is there.
   * @returns whether it does so by now: a list that is read earlier misses what happens in between
   */
  useActivity(): boolean;
  /** Newest first. */
  useTasks(): { tasks: readonly TaskRow[]; more: (() => void) | null };
  useTask(id: string): TaskRow | null;
  /** Calls `onPart` with each part of the text, while the component is there. */
  useText(id: string, onPart: (part: TextPart) => void): void;
}

export interface NewPrompt {
  threadId: string;
  title: string;
  prompt: string;
  model: string;
}

export interface TextPart {
  seq: number;
  text: string;
  isRestart: boolean;
}

/** Tasks on one page of the list. */
export const PAGE_SIZE = 3;
