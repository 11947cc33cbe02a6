import { createStore, useStore } from './store';

const said = createStore('');

/** Tells those who do not see the screen. Only what changed a state, never what ticks. */
export function announce(text: string): void {
  said.set(text);
}

export function Announcer() {
  const text = useStore(said, (s) => s);
  return (
    <p class="unseen" role="status" aria-live="polite">
      {text}
    </p>
  );
}
