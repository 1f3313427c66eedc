import { freeSpace } from '../../data-dir/free-space.ts';
import type { Command } from './command.ts';
import { type DiskUsage, diskShortage, NOTICEABLE } from './disk-usage.ts';
import type { Limits } from './limits.ts';

const EVERY_MS = 200;

/**
 * Watches the disk while a command runs, because no file system that is available everywhere has quotas. Free
 * space reflects all writes at once, including those to deleted but open files; only measuring folders shows
 * which account wrote them.
 * @param folder a path that leads to the working directory while the command runs
 * @param onExcess called once, with the reason
 * @returns a function that ends the watch
 */
export function watchDisk(
  command: Command,
  { folder, usage, limits }: { folder: string; usage: DiskUsage; limits: Limits },
  onExcess: (reason: string) => void,
): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const report = (reason: string | null) => {
    if (reason === null || isOver) return;
    isOver = true;
    onExcess(reason);
  };
  const fail = (error: Error) => report(`the server's disk could not be watched: ${error.message}`);
  const watch = async () => {
    let measuredAt = (await freeSpace(folder)).bytes;
    let measuring: Promise<void> | null = null;
    while (!isOver) {
      const now = await freeSpace(folder);
      report(diskShortage(now, limits));
      if (measuredAt - now.bytes > NOTICEABLE && !measuring) {
        measuredAt = now.bytes;
        // The reserve is checked meanwhile, because walking many files takes long.
        measuring = usage
          .excessOf(command)
          .then(report)
          .catch(fail)
          .finally(() => {
            measuring = null;
          });
      }
      if (isOver) return;
      await new Promise((resolve) => {
        timer = setTimeout(resolve, EVERY_MS);
      });
    }
  };
  watch().catch(fail);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
