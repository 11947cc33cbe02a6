import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Frame } from '../api';
import { utcClock, utcFull } from '../ui/time';
import { draw, type Scene } from './timeline-draw';
import { nearest } from './times';

export interface Marks {
  in: number | null;
  out: number | null;
}

interface Props extends Scene {
  /** The frame asked for and the one shown: the hand and the picture. */
  wanted: Frame | null;
  shown: Frame | null;
  onSeek: (index: number) => void;
  onMark: (which: 'in' | 'out', at: number) => void;
  onWheel: (closer: boolean, at: number) => void;
}

export function Timeline(props: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const redraws = useRedraws(canvas);
  const { frames, from, to, wanted, shown, marks } = props;
  // Now moves the hatching only by the minute.
  const minute = Math.floor(props.now / 60_000);
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, props);
  }, [frames, from, to, minute, marks.in, marks.out, props.everySeconds, redraws]);

  const instantAt = (clientX: number) => {
    const box = track.current?.getBoundingClientRect();
    return box ? from + ((clientX - box.left) / box.width) * (to - from) : from;
  };
  const indexAt = (clientX: number) => nearest(frames, instantAt(clientX));
  const left = (at: number) => ({ left: `${((at - from) / (to - from)) * 100}%` });
  const inside = (at: number) => at >= from && at <= to;
  const place = wanted ? frames.indexOf(wanted) : -1;

  useEffect(() => {
    const element = track.current;
    // Not passive: the wheel looks closer instead of moving the page.
    const turn = (e: WheelEvent) => {
      if (e.deltaY === 0) return;
      e.preventDefault();
      props.onWheel(e.deltaY < 0, instantAt(e.clientX));
    };
    element?.addEventListener('wheel', turn, { passive: false });
    return () => element?.removeEventListener('wheel', turn);
  });

  return (
    <div class="timeline" ref={track}>
      <canvas ref={canvas} aria-hidden="true" />
      <div
        class="scrub"
        role="slider"
        tabIndex={0}
        aria-label="Frame of the day"
        aria-valuemin={1}
        aria-valuemax={Math.max(1, frames.length)}
        aria-valuenow={place + 1}
        aria-valuetext={shown ? `${utcFull(Date.parse(shown.time))}, frame ${frames.indexOf(shown) + 1} of ${frames.length}` : 'no frame'}
        {...dragging((x) => props.onSeek(indexAt(x)))}
      />
      {shown && inside(Date.parse(shown.time)) && <i class="playhead" style={left(Date.parse(shown.time))} aria-hidden="true" />}
      {wanted && wanted !== shown && inside(Date.parse(wanted.time)) && <i class="playhead pending" style={left(Date.parse(wanted.time))} aria-hidden="true" />}
      {(['in', 'out'] as const).map((which) => {
        const at = marks[which];
        if (at === null || !inside(at)) return null;
        const move = (by: number) => {
          const frame = frames[Math.max(0, Math.min(frames.length - 1, nearest(frames, at) + by))];
          if (frame) props.onMark(which, Date.parse(frame.time));
        };
        return (
          <div
            key={which}
            class={`mark-handle ${which}`}
            role="slider"
            tabIndex={0}
            style={left(at)}
            aria-label={which === 'in' ? 'In: first frame of the timelapse' : 'Out: last frame of the timelapse'}
            aria-valuemin={1}
            aria-valuemax={Math.max(1, frames.length)}
            aria-valuenow={nearest(frames, at) + 1}
            aria-valuetext={utcFull(at)}
            title={`${which === 'in' ? 'In' : 'Out'} ${utcClock(at)} UTC`}
            {...dragging((x) => {
              const frame = frames[indexAt(x)];
              if (frame) props.onMark(which, Date.parse(frame.time));
            })}
            onKeyDown={(e) => {
              if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
              e.preventDefault();
              move((e.key === 'ArrowLeft' ? -1 : 1) * (e.shiftKey ? 10 : 1));
            }}
          />
        );
      })}
    </div>
  );
}

/** Pointer handlers of something dragged sideways, by mouse, finger or pen. */
function dragging(to: (clientX: number) => void) {
  return {
    onPointerDown: (e: PointerEvent & { currentTarget: HTMLElement }) => {
      if (e.button !== 0) return;
      e.currentTarget.setPointerCapture(e.pointerId);
      e.currentTarget.focus({ preventScroll: true });
      e.preventDefault();
      to(e.clientX);
    },
    onPointerMove: (e: PointerEvent & { currentTarget: HTMLElement }) => {
      if (e.currentTarget.hasPointerCapture(e.pointerId)) to(e.clientX);
    },
  };
}

/** Counts what the canvas cannot know of itself: its size, and the change between light and dark. */
function useRedraws(canvas: { current: HTMLCanvasElement | null }): number {
  const [n, setN] = useState(0);
  useEffect(() => {
    const again = () => setN((x) => x + 1);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const observer = new ResizeObserver(again);
    if (canvas.current) observer.observe(canvas.current);
    dark.addEventListener('change', again);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', again);
    };
  }, []);
  return n;
}
