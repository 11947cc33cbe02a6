import { createStore, useStore } from '../ui/store';
import type { Marks } from './timeline';
import type { Viewer } from './viewer';

const speeds = [1, 2, 5, 10, 25];

/** Frames per second of playing; kept while the page is open. */
export const speed = createStore(10);

export function changeSpeed(viewer: Viewer, by: number): void {
  const next = speeds[speeds.indexOf(speed.get()) + by];
  if (next === undefined) return;
  speed.set(next);
  viewer.setSpeed(next);
}

export function Transport(props: { viewer: Viewer; seek: (index: number) => void; mark: (which: 'in' | 'out', at: number) => void; marks: Marks }) {
  const { viewer, seek } = props;
  const playing = useStore(viewer.look, (l) => l.playing);
  const wanted = useStore(viewer.look, (l) => l.wanted);
  const last = useStore(viewer.look, (l) => l.frames.length - 1);
  const shown = useStore(viewer.look, (l) => l.shown);
  const fps = useStore(speed, (s) => s);
  const mark = (which: 'in' | 'out') => shown && props.mark(which, Date.parse(shown.time));
  return (
    <div class="transport" role="group" aria-label="Playing">
      <button onClick={() => seek(0)} disabled={wanted <= 0} aria-label="First frame" title="First frame (Home)">
        ⇤
      </button>
      <button onClick={() => seek(wanted - 1)} disabled={wanted <= 0} aria-label="Previous frame" title="Previous frame (←)">
        ←
      </button>
      <button class="play" onClick={() => (playing ? viewer.pause() : viewer.play(fps))} disabled={last < 1} title="Space">
        {playing ? 'Pause' : 'Play'}
      </button>
      <button onClick={() => seek(wanted + 1)} disabled={wanted >= last} aria-label="Next frame" title="Next frame (→)">
        →
      </button>
      <button onClick={() => seek(last)} disabled={wanted >= last} aria-label="Last frame" title="Last frame (End)">
        ⇥
      </button>
      <label class="speed">
        <span class="unseen">Speed</span>
        <select
          value={String(fps)}
          onChange={(e) => {
            speed.set(Number(e.currentTarget.value));
            viewer.setSpeed(speed.get());
          }}
        >
          {speeds.map((s) => (
            <option key={s} value={String(s)}>
              {s} a second
            </option>
          ))}
        </select>
      </label>
      <span class="apart" />
      <button class="mark-button" onClick={() => mark('in')} disabled={!shown} aria-pressed={props.marks.in !== null} title="First frame of the timelapse (I)">
        In
      </button>
      <button class="mark-button" onClick={() => mark('out')} disabled={!shown} aria-pressed={props.marks.out !== null} title="Last frame of the timelapse (O)">
        Out
      </button>
    </div>
  );
}
