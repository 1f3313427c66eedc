/** How many of something each holder may have at a time. */
export interface Quota {
  /** @returns what releases it, once or more often; null: the holder has as many as it may */
  take(holder: string): (() => void) | null;
}

export function createQuota(most: number): Quota {
  const held = new Map<string, number>();
  return {
    take(holder) {
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
