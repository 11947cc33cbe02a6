import { clamped, percent } from './words';

/** How far something is; the words beside it are the caller's. */
export function Bar({ part, name, slim, words }: { part: number; name: string; slim?: boolean; words?: string }) {
  const done = clamped(part);
  return (
    <span class={`progress ${slim ? 'slim' : ''}`}>
      <span class="progress-bar" role="progressbar" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.floor(done * 100)} aria-valuetext={words ?? percent(done)}>
        <i style={{ transform: `scaleX(${done})` }} />
      </span>
    </span>
  );
}
