import type { Day } from '../api';
import { address } from '../route';
import { counted } from '../ui/numbers';
import { dayInWords, startOfDay } from '../ui/time';
import { Fill, Month } from './month';

/** The months that have frames, newest first; each day filled like a tide gauge by its number of frames. */
export function Calendar(props: { source: string; days: Day[]; chosen: string | null; keepClock: number | null }) {
  const { days } = props;
  const byDay = new Map(days.map((d) => [d.day, d]));
  const most = Math.max(1, ...days.map((d) => d.frames));
  const months = [...new Set(days.map((d) => d.day.slice(0, 7)))];
  return (
    <nav class="calendar" aria-label="Days">
      {months.map((month) => (
        <Month key={month} month={month}>
          {(day) => <Cell {...props} day={day} entry={byDay.get(day)} most={most} />}
        </Month>
      ))}
    </nav>
  );
}

function Cell(props: { source: string; day: string; entry: Day | undefined; most: number; chosen: string | null; keepClock: number | null }) {
  const { day, entry } = props;
  const date = Number(day.slice(8));
  if (!entry) return <span class="day none">{date}</span>;
  const at = props.keepClock === null ? null : startOfDay(day) + props.keepClock;
  return (
    <a
      class="day"
      data-day={day}
      data-frames={entry.frames}
      href={address({ view: 'day', source: props.source, day, at })}
      aria-label={`${dayInWords(day)}, ${counted(entry.frames, 'frame')}`}
      aria-current={day === props.chosen ? 'date' : undefined}
      title={counted(entry.frames, 'frame')}
    >
      <Fill part={entry.frames / props.most} />
      <span>{date}</span>
    </a>
  );
}
