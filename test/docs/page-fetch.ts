/** Fetches as a page of the server does: relative addresses, and with its cookie. A GraphQL error fails the example. */
const { SERVER = '', COOKIE = '' } = process.env;
const plainFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const url = new URL(String(input), SERVER);
  const headers = new Headers(init?.headers);
  if (init?.credentials === 'include') headers.set('cookie', COOKIE);
  const response = await plainFetch(url, { ...init, headers });
  const answer = (await response.clone().json()) as { errors?: { message: string }[] };
  if (answer.errors) throw new Error(answer.errors[0]?.message);
  return response;
};
