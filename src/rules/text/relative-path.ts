/** Whether a path leads to something below where it starts, whatever links there may be. */
export function isRelativePath(path: string): boolean {
  const parts = path.split('/');
  return (
    path.length <= 1000 &&
    !/\p{C}/u.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..') &&
    !parts.includes('.git')
  );
}
