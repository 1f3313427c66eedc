/** Everybody who follows one run. */
export interface Audience {
  count(payload: Buffer): void;
  /** Resolves when each has had one more event with text. */
  everybody(): Promise<void>;
  leave(): void;
}

export const audiences = new Map<string, Audience>();

export function openAudience(name: string, size: number, leave: () => void): Audience {
  let missing = 0;
  let all = Promise.withResolvers<void>();
  const audience: Audience = {
    count(payload) {
      if (!payload.includes('"text"')) return;
      missing -= 1;
      if (missing === 0) all.resolve();
    },
    everybody() {
      missing = size;
      all = Promise.withResolvers();
      return all.promise;
    },
    leave,
  };
  audiences.set(name, audience);
  return audience;
}
