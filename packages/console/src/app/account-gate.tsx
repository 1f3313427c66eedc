import { useQuery } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { createContext, type ReactNode, useContext } from 'react';
import { Viewer, type ViewerQuery } from '../documents.ts';
import { ErrorNote } from '../parts/notes.tsx';
import { WORDS } from '../words.ts';
import { LoginPage } from './login-page.tsx';

export type Account = NonNullable<ViewerQuery['viewer']>;

const AccountContext = createContext<Account | null>(null);

export function useAccount(): Account {
  return useContext(AccountContext)!;
}

/** Shows the pages to an account that is logged in, and the form of the login to everybody else. */
export function AccountGate({ children }: { children: ReactNode }) {
  const polyphony = usePolyphony();
  const { data, error, isPending } = useQuery({
    queryKey: ['viewer'],
    queryFn: ({ signal }) => polyphony.query(Viewer, {}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isPending) return <p className="quiet page">{WORDS.loading}</p>;
  const isRefused = error && 'code' in error && error.code === 'UNAUTHENTICATED';
  if (error && !isRefused) return <ErrorNote error={error} />;
  // After a login has ended, `data` still holds the last viewer, so the error is checked first.
  if (isRefused || !data?.viewer) return <LoginPage />;
  return <AccountContext value={data.viewer}>{children}</AccountContext>;
}
