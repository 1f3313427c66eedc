/** Whether a path leads to something below its base, ignoring links. */
export function isRelativePath(path: string): boolean {
  const parts = path.split('/');
  return (
    path.length <= 1000 &&
    !/\p{C}/u.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..') &&
    !parts.includes('.git')
  );
}
