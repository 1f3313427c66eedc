/** The repository to clone, as far as it can be validated without network access. */
export interface Repository {
  url: URL;
  host: string;
  port: number;
}

/** @param isPlainAllowed whether the host may be used over http @returns the error and what is allowed */
export function readRepositoryUrl(
  text: string,
  isPlainAllowed: (host: string, port: number) => boolean,
): Repository | { problem: string } {
  const trimmed = text.trim();
  if (!/^https?:\/\/[!-~]+$/.test(trimmed) || !URL.canParse(trimmed)) {
    return { problem: 'the url is not the address of a repository: it must start with https://' };
  }
  const url = new URL(trimmed);
  if (url.username || url.password) {
    return { problem: 'the url contains a user name or password: pass it as the token' };
  }
  // The host would be requested under another name than the one it is pinned to.
  if (url.hostname.endsWith('.')) return { problem: 'the url has a host that ends with a dot' };
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  if (url.protocol === 'http:' && !isPlainAllowed(url.hostname, port)) {
    return { problem: 'the url must start with https://' };
  }
  return { url, host: url.hostname, port };
}

/** The rules of `git check-ref-format` for branches and tags, slightly stricter. */
export function isRef(ref: string): boolean {
  return (
    ref.length <= 200 &&
    /^[\p{L}\p{N}_][\p{L}\p{N}_./+#-]*$/u.test(ref) &&
    !/\.\.|\/\/|\/\.|[./]$|\.lock$/.test(ref)
  );
}
