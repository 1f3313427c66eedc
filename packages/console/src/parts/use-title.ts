import { useEffect } from 'react';

/** The title of the tab, and what a screen reader says when the page changes. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Polyphony`;
  }, [title]);
}
