import { useEffect, useReducer } from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(next: T | ((before: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

/** One value and those who want to know when it changes. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const after = typeof next === 'function' ? (next as (before: T) => T)(value) : next;
      if (Object.is(after, value)) return;
      value = after;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The part of a store that a component shows; it is drawn anew only when that part changes. */
export function useStore<T, P>(store: Store<T>, part: (value: T) => P): P {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const shown = part(store.get());
  useEffect(() => {
    let last = shown;
    const look = () => {
      const next = part(store.get());
      if (Object.is(next, last)) return;
      last = next;
      redraw(undefined);
    };
    // A change between drawing and subscribing must not be missed.
    look();
    return store.subscribe(look);
  });
  return shown;
}
