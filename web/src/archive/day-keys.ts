import { useEffect, useRef } from 'preact/hooks';
import { typing } from '../ui/keys';
import { changeSpeed, speed } from './transport';
import type { Viewer } from './viewer';

interface Actions {
  viewer: Viewer;
  seek: (index: number) => void;
  mark: (which: 'in' | 'out', at: number) => void;
  clearMarks: () => void;
  goDay: (by: number) => void;
}

/** The keys of a source's day; they act on the frame shown, wherever the focus is. */
export function useDayKeys(actions: Actions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (typing(e) || !act(e, latest.current)) return;
      e.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function act(e: KeyboardEvent, { viewer, seek, mark, clearMarks, goDay }: Actions): boolean {
  const { wanted, frames, shown, playing } = viewer.look.get();
  const jump = e.shiftKey ? 10 : 1;
  switch (e.key) {
    case 'ArrowLeft':
      seek(wanted - jump);
      return true;
    case 'ArrowRight':
      seek(wanted + jump);
      return true;
    case 'Home':
      seek(0);
      return true;
    case 'End':
      seek(frames.length - 1);
      return true;
    case 'PageUp':
      goDay(1);
      return true;
    case 'PageDown':
      goDay(-1);
      return true;
    case ' ':
      if (playing) viewer.pause();
      else viewer.play(speed.get());
      return true;
    case '[':
      changeSpeed(viewer, -1);
      return true;
    case ']':
      changeSpeed(viewer, 1);
      return true;
    case 'i':
    case 'I':
      if (shown) mark('in', Date.parse(shown.time));
      return true;
    case 'o':
    case 'O':
      if (shown) mark('out', Date.parse(shown.time));
      return true;
    case 'x':
    case 'X':
      clearMarks();
      return true;
    default:
      return false;
  }
}
