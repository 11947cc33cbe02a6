import { useState } from 'preact/hooks';
import { api, type Frame } from '../api';
import { putTimelapse } from '../live/node';
import { address, go } from '../route';
import { counted } from '../ui/numbers';
import { filmLength, utcClock } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { firstAtOrAfter, timesOf } from './times';
import type { Marks } from './timeline';

/** What lies between the marks, and the timelapse of it. Without marks: the whole day. */
export function Excerpt(props: { source: string; frames: readonly Frame[]; marks: Marks; onClear: () => void }) {
  const [fps, setFps] = useState('24');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const first = props.marks.in ?? (props.frames[0] ? Date.parse(props.frames[0].time) : null);
  const last = props.marks.out ?? (props.frames.at(-1) ? Date.parse((props.frames.at(-1) as Frame).time) : null);
  if (first === null || last === null) return null;
  const times = timesOf(props.frames);
  const chosen = firstAtOrAfter(times, last + 1) - firstAtOrAfter(times, first);
  const marked = props.marks.in !== null || props.marks.out !== null;
  // Ranges are half open: the out frame is in it, what follows it is not.
  const range = { from: first, to: last + 1 };

  const make = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const made = await api.makeTimelapse({
        sources: [props.source],
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        layout: 'single',
        fps: Number(fps),
        crop: null,
        sidebar: null,
      });
      putTimelapse(made);
      go({ view: 'timelapses', id: made.id });
    } catch (reason) {
      setProblem(reason);
      setBusy(false);
    }
  };

  return (
    <form class="excerpt" aria-label="Timelapse of this day" onSubmit={make} data-marked={marked}>
      <h3>Timelapse</h3>
      <dl class="marks">
        <div>
          <dt>In</dt>
          <dd data-mark="in">{props.marks.in === null ? <span class="faint">{utcClock(first)} first</span> : utcClock(first)}</dd>
        </div>
        <div>
          <dt>Out</dt>
          <dd data-mark="out">{props.marks.out === null ? <span class="faint">{utcClock(last)} last</span> : utcClock(last)}</dd>
        </div>
      </dl>
      <p>
        {counted(chosen, 'frame')}
        {Number(fps) > 0 && <span class="faint"> · {filmLength((chosen / Number(fps)) * 1000)} long</span>}
      </p>
      <div class="row">
        <label class="inline">
          <input type="number" min="1" max="120" required value={fps} onInput={(e) => setFps(e.currentTarget.value)} aria-label="Frames a second" />
          <span>frames a second</span>
        </label>
      </div>
      <button class="primary" disabled={busy || chosen === 0}>
        Make the timelapse
      </button>
      <div class="row links">
        <a href={address({ view: 'make', sources: [props.source], from: range.from, to: range.to, fps: Number(fps) || null })}>More choices</a>
        {marked && (
          <button type="button" class="link" onClick={props.onClear} title="X">
            Take the marks away
          </button>
        )}
      </div>
      <Trouble problem={problem} />
    </form>
  );
}
