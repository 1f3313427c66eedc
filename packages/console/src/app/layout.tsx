import { usePolyphony } from 'polyphony-client/react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { LogOutEverywhere } from '../documents.ts';
import { useConnection } from '../live/connection.ts';
import { Menu } from '../parts/menu.tsx';
import { WORDS } from '../words.ts';
import { useAccount } from './account-gate.tsx';
import { closeSession } from './session.ts';

const PAGES = [
  { path: '/', name: WORDS.pages.home },
  { path: '/runs', name: WORDS.pages.runs },
];

/** What is around every page. */
export function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#content">
        {WORDS.skip}
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Polyphony
        </Link>
        <nav aria-label={WORDS.navigation}>
          {PAGES.map((page) => (
            <PageLink key={page.path} {...page} />
          ))}
        </nav>
        <nav aria-label={WORDS.elsewhere} className="far">
          <a href="/graphql">GraphiQL</a>
        </nav>
        <AccountMenu />
      </header>
      <Offline />
      <main id="content" className="page" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function PageLink({ path, name }: { path: string; name: string }) {
  const [location] = useLocation();
  const isHere = path === '/' ? location === '/' : location.startsWith(path);
  return (
    <Link href={path} aria-current={isHere ? 'page' : undefined}>
      {name}
    </Link>
  );
}

function Offline() {
  const isConnected = useConnection();
  return (
    <div role="status" className={isConnected ? 'offline' : 'offline shown'}>
      {isConnected ? '' : WORDS.offline}
    </div>
  );
}

function AccountMenu() {
  const polyphony = usePolyphony();
  const { name, email } = useAccount();
  async function leave(end: () => Promise<unknown>) {
    await end();
    location.assign('/');
  }
  const items = [
    { name: WORDS.logout.here, onSelect: () => leave(closeSession) },
    {
      name: WORDS.logout.everywhere,
      onSelect: () => leave(() => polyphony.mutate(LogOutEverywhere, {})),
    },
  ];
  return <Menu label={name || email} items={items} />;
}
