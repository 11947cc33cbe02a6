import { bytes } from '../ui/numbers';
import { useStore } from '../ui/store';
import { localClock, utcClock, utcDay } from '../ui/time';
import type { Viewer } from './viewer';

/** The time of the picture on the screen, never of one still on its way. */
export function Label({ viewer }: { viewer: Viewer }) {
  const shown = useStore(viewer.look, (l) => l.shown);
  const frames = useStore(viewer.look, (l) => l.frames);
  const waiting = useStore(viewer.look, (l) => l.frames[l.wanted]?.url !== l.shown?.url && !l.failed);
  if (!shown) return <p class="frame-label">&nbsp;</p>;
  const at = Date.parse(shown.time);
  return (
    <p class="frame-label" data-waiting={waiting}>
      <time dateTime={shown.time} class="frame-time">
        {utcClock(at)} <small>UTC</small>
      </time>
      {new Date(at).getTimezoneOffset() !== 0 && <span class="faint">{localClock(at)} here</span>}
      <span class="frame-facts">
        <span>{utcDay(at)}</span>
        <span data-frame-number={frames.indexOf(shown) + 1}>
          {frames.indexOf(shown) + 1} of {frames.length}
        </span>
        <span>
          {shown.width}×{shown.height}
        </span>
        <span>{bytes(shown.bytes)}</span>
        <a href={shown.url} target="_blank" rel="noreferrer">
          Open the file
        </a>
      </span>
    </p>
  );
}
