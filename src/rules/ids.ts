import { v7 } from 'uuid';

/** A fresh id: a UUID whose order is the order of making, so that indexes stay compact. */
export function newId(): string {
  return v7();
}
