import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Frame } from '../api';
import { useNow } from '../live/clock';
import { typing } from '../ui/keys';
import { dayMs, startOfDay } from '../ui/time';
import { Timeline, type Marks } from './timeline';
import type { Viewer } from './viewer';

const hour = 3_600_000;
const shortest = 5 * 60_000;

interface Window {
  from: number;
  to: number;
}

/** The timeline with what of the day it shows: all of it, the hours that have frames, or closer. */
export function TimelineView(props: {
  viewer: Viewer;
  day: string;
  frames: readonly Frame[];
  everySeconds: number;
  marks: Marks;
  wanted: Frame | null;
  shown: Frame | null;
  onSeek: (index: number) => void;
  onMark: (which: 'in' | 'out', at: number) => void;
  children: ComponentChildren;
}) {
  const now = useNow();
  const start = startOfDay(props.day);
  const whole: Window = { from: start, to: start + dayMs };
  const [view, setView] = useState(whole);
  useEffect(() => setView(whole), [props.day]);

  const zoom = (closer: boolean, at: number) => setView((v) => zoomed(v, closer, at, whole));
  const centre = () => (props.shown ? Date.parse(props.shown.time) : (view.from + view.to) / 2);
  const fit = () => {
    const first = props.frames[0];
    const last = props.frames.at(-1);
    if (!first || !last) return;
    const from = Math.floor(Date.parse(first.time) / hour) * hour;
    setView({ from, to: Math.min(whole.to, Math.max(from + hour, (Math.floor(Date.parse(last.time) / hour) + 1) * hour)) });
  };

  // What is looked at stays in sight.
  const wantedAt = props.wanted ? Date.parse(props.wanted.time) : null;
  useEffect(() => {
    if (wantedAt === null || (wantedAt >= view.from && wantedAt <= view.to)) return;
    const width = view.to - view.from;
    const from = Math.max(whole.from, Math.min(whole.to - width, wantedAt - width / 2));
    setView({ from, to: from + width });
  }, [wantedAt]);

  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (typing(e)) return;
      if (e.key === '+' || e.key === '=') zoom(true, centre());
      else if (e.key === '-' || e.key === '−') zoom(false, centre());
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });

  const all = view.from === whole.from && view.to === whole.to;
  return (
    <>
      <Timeline {...props} from={view.from} to={view.to} now={now} onWheel={zoom} />
      <div class="under-timeline">
        {props.children}
        <div class="zoom" role="group" aria-label="Timeline">
          <button onClick={() => setView(whole)} aria-pressed={all}>
            Day
          </button>
          <button onClick={fit} disabled={props.frames.length === 0} title="The hours that have frames">
            Fit
          </button>
          <button onClick={() => zoom(false, centre())} disabled={all} aria-label="Wider" title="Wider (−)">
            −
          </button>
          <button onClick={() => zoom(true, centre())} disabled={view.to - view.from <= shortest} aria-label="Closer" title="Closer (+)">
            +
          </button>
        </div>
      </div>
    </>
  );
}

function zoomed(view: Window, closer: boolean, at: number, whole: Window): Window {
  const width = Math.min(whole.to - whole.from, Math.max(shortest, (view.to - view.from) * (closer ? 0.6 : 1 / 0.6)));
  // The instant under the hand stays under it.
  const share = (at - view.from) / (view.to - view.from);
  const from = Math.max(whole.from, Math.min(whole.to - width, at - share * width));
  return { from, to: from + width };
}
