import { createRoot } from 'react-dom/client';
import type { Library } from './library.ts';
import { Page } from './page.tsx';

export function show(library: Library): void {
  createRoot(document.getElementById('root')!).render(<Page library={library} />);
}
