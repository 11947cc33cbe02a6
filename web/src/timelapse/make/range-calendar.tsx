import { useEffect, useRef, useState } from 'preact/hooks';
import type { Day } from '../../api';
import { dayByKey, Fill, Month } from '../../archive/month';
import { counted } from '../../ui/numbers';
import { dayInShort, dayInWords, dayMs, startOfDay, utcDay } from '../../ui/time';
import type { Range } from './ranges';

/**
 * The months that have frames, and the range that is chosen among them: the first day, then the last. Arrows
 * move; with Shift they take the range along, from the day where they began.
 */
export function RangeCalendar({ days, range, onRange }: { days: readonly Day[]; range: Range; onRange: (range: Range) => void }) {
  const byDay = new Map(days.map((d) => [d.day, d]));
  const most = Math.max(1, ...days.map((d) => d.frames));
  const months = [...new Set(days.map((d) => d.day.slice(0, 7)))].reverse();
  // The end that stays while the other one is chosen; by mouse or key, a second choice ends it.
  const [anchor, setAnchor] = useState<string | null>(null);
  const extending = useRef<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const edges = { first: utcDay(range.from), last: utcDay(Math.max(range.from, range.to - 1)) };
  const stop = [focused, edges.last, edges.first].find((day) => day !== null && byDay.has(day)) ?? days[0]?.day;

  const choose = (one: string, other: string) => {
    const [first, last] = one < other ? [one, other] : [other, one];
    onRange({ from: startOfDay(first), to: startOfDay(last) + dayMs });
  };
  const click = (day: string, shift: boolean) => {
    const from = shift ? (anchor ?? (day < edges.first ? edges.last : edges.first)) : anchor;
    choose(from ?? day, day);
    setAnchor(from === null ? day : null);
    extending.current = null;
  };
  const press = (e: KeyboardEvent) => {
    const here = (e.target as HTMLElement).dataset['day'];
    if (here === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Escape' && anchor !== null) setAnchor(null);
    else {
      const order = [...byDay.keys()].sort();
      const day = order[dayByKey(e.key, here, order) ?? -1];
      if (day === undefined) return;
      if (e.shiftKey) {
        extending.current ??= anchor ?? here;
        choose(extending.current, day);
        setAnchor(null);
      } else extending.current = null;
      (e.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-day='${day}']`)?.focus();
    }
    e.preventDefault();
  };

  // Among years of months, what is chosen is in sight at first.
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const cell = [...(box.current?.querySelectorAll<HTMLElement>('[aria-pressed=true]') ?? [])].at(-1);
    const month = cell?.closest('section');
    if (month && box.current) box.current.scrollTop = month.offsetTop - 2;
  }, [days.length > 0]);

  return (
    <div class="range-calendar" role="group" aria-label="Days of the range" onKeyDown={press}>
      <div class="calendar" ref={box}>
        {months.map((month) => (
          <Month key={month} month={month}>
            {(day) => {
              const entry = byDay.get(day);
              if (!entry) return <span class="day none" data-in={inside(day, edges)}>{Number(day.slice(8))}</span>;
              return (
                <button
                  type="button"
                  class="day"
                  data-day={day}
                  data-frames={entry.frames}
                  data-in={inside(day, edges)}
                  aria-pressed={day >= edges.first && day <= edges.last}
                  aria-label={`${dayInWords(day)}, ${counted(entry.frames, 'frame')}`}
                  title={counted(entry.frames, 'frame')}
                  tabIndex={day === stop ? 0 : -1}
                  onFocus={() => setFocused(day)}
                  onClick={(e) => click(day, e.shiftKey)}
                >
                  <Fill part={entry.frames / most} />
                  <span>{Number(day.slice(8))}</span>
                </button>
              );
            }}
          </Month>
        ))}
      </div>
      <p class="hint" aria-live="polite">
        {anchor !== null ? `From ${dayInShort(startOfDay(anchor))}: now the last day.` : 'The first day, then the last.'}
      </p>
    </div>
  );
}

const inside = (day: string, { first, last }: { first: string; last: string }): string | undefined =>
  day < first || day > last ? undefined : day === first ? (day === last ? 'only' : 'first') : day === last ? 'last' : 'between';
