/** What is to be cloned, as far as it can be judged without asking anybody. */
export interface Repository {
  url: URL;
  host: string;
  port: number;
}

/**
 * @param isPlainAllowed whether the host may be asked over http. @returns what is wrong, and with it what is allowed.
 */
export function readRepositoryUrl(
  text: string,
  isPlainAllowed: (host: string, port: number) => boolean,
): Repository | { fault: string } {
  const trimmed = text.trim();
  if (!/^https?:\/\/[!-~]+$/.test(trimmed) || !URL.canParse(trimmed)) {
    return { fault: 'the url is not the address of a repository: it must start with https://' };
  }
  const url = new URL(trimmed);
  if (url.username || url.password) {
    return { fault: 'the url holds a user name or password: hand it over as the token' };
  }
  // What is asked for is looked up by another name than it is pinned to.
  if (url.hostname.endsWith('.')) return { fault: 'the url has a host that ends with a dot' };
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  if (url.protocol === 'http:' && !isPlainAllowed(url.hostname, port)) {
    return { fault: 'the url must start with https://' };
  }
  return { url, host: url.hostname, port };
}

/** As `git check-ref-format` has it for branches and tags, and a little stricter. */
export function isRef(ref: string): boolean {
  return (
    ref.length <= 200 &&
    /^[\p{L}\p{N}_][\p{L}\p{N}_./+#-]*$/u.test(ref) &&
    !/\.\.|\/\/|\/\.|[./]$|\.lock$/.test(ref)
  );
}
