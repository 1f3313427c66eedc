/**
 * Reads again after changes: at once, then together what changed while it was read or paused.
 * @param pauseMs the shortest time between the beginnings of two readings
 */
export function createRefresher(read: () => Promise<unknown>, pauseMs: number) {
  let [isReading, isStale, isStopped] = [false, false, false];
  async function readAll(): Promise<void> {
    while (isStale && !isStopped) {
      isStale = false;
      // A reading that takes longer than the pause is not interrupted by the next one.
      await Promise.all([read().catch(() => {}), new Promise((resolve) => setTimeout(resolve, pauseMs))]);
    }
  }
  return {
    refresh(): void {
      isStale = true;
      if (isReading) return;
      isReading = true;
      void readAll().finally(() => {
        isReading = false;
      });
    },
    stop(): void {
      isStopped = true;
    },
  };
}
