/** CPU time of this thread; other load on the machine does not count. */
export function cpuMs(): number {
  return milliseconds(process.threadCpuUsage());
}

export function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
