import { useEffect, useState } from 'preact/hooks';

// How far the node's clock is ahead of this computer's. Every sample is late by its way here,
// so the largest of the recent ones is nearest to the truth.
const samples: number[] = [];
const kept = 12;

/** Takes one saying of the node's time, in milliseconds since 1970. */
export function hearNodeTime(at: number): void {
  samples.push(at - Date.now());
  if (samples.length > kept) samples.shift();
}

/** Milliseconds the node's clock is ahead of this computer's; 0 until it was heard. */
export const clockOffset = () => (samples.length === 0 ? 0 : Math.max(...samples));

/** Now by the node's clock: ages are measured with the clock that stamped the archive. */
export const nodeNow = () => Date.now() + clockOffset();

const tickers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | null = null;

function beat(): void {
  for (const tick of [...tickers]) tick();
  schedule();
}

function schedule(): void {
  // All ages change together, on the node's whole second.
  const toNextSecond = 1000 - (nodeNow() % 1000);
  timer = tickers.size === 0 ? null : setTimeout(beat, toNextSecond + 5);
}

/** Now by the node's clock, drawn anew each second. */
export function useNow(): number {
  const [now, setNow] = useState(nodeNow);
  useEffect(() => {
    const tick = () => setNow(nodeNow());
    tickers.add(tick);
    if (timer === null) schedule();
    return () => tickers.delete(tick);
  }, []);
  return now;
}
