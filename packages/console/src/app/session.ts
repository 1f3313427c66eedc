/** Puts a login into the cookie of this origin, which scripts cannot read. */
export async function openSession(token: string): Promise<void> {
  await send('POST', { authorization: `Bearer ${token}` });
}

/** Ends the login of the cookie. */
export async function closeSession(): Promise<void> {
  await send('DELETE', { 'x-csrf-token': '1' });
}

async function send(method: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch('/session', { method, headers });
  if (!response.ok) throw new Error(`${method} /session: ${response.status}`);
}
