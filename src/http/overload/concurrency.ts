/** Limits how many of something each holder may have at the same time. */
export interface ConcurrencyLimit {
  /** @returns a function that releases the slot (idempotent); null: the holder is at its limit. */
  acquire(holder: string): (() => void) | null;
}

export function createConcurrencyLimit(most: number): ConcurrencyLimit {
  const held = new Map<string, number>();
  return {
    acquire(holder) {
      const count = held.get(holder) ?? 0;
      if (count >= most) return null;
      held.set(holder, count + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = held.get(holder)! - 1;
        if (left > 0) held.set(holder, left);
        else held.delete(holder);
      };
    },
  };
}
