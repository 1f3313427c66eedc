/** CPU time of this thread: others that keep the machine busy do not count. */
export function cpuMs(): number {
  return milliseconds(process.threadCpuUsage());
}

export function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
