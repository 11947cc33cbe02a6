import type { Day } from '../api';
import { address } from '../route';
import { counted } from '../ui/numbers';
import { dayInWords, dayMs, monthInWords, startOfDay, utcDay } from '../ui/time';

/** The months that have frames, newest first; each day filled like a tide gauge by its number of frames. */
export function Calendar(props: { source: string; days: Day[]; chosen: string | null; keepClock: number | null }) {
  const { days } = props;
  const byDay = new Map(days.map((d) => [d.day, d]));
  const most = Math.max(1, ...days.map((d) => d.frames));
  const months = [...new Set(days.map((d) => d.day.slice(0, 7)))];
  return (
    <nav class="calendar" aria-label="Days">
      {months.map((month) => (
        <section key={month} aria-label={monthInWords(startOfDay(`${month}-01`))}>
          <h3>{monthInWords(startOfDay(`${month}-01`))}</h3>
          <p class="weekdays" aria-hidden="true">
            {['M', 'T', 'W', 'T', 'F', 'S', 'S'].map((name, i) => (
              <span key={i}>{name}</span>
            ))}
          </p>
          <ol>
            {cells(month).map(({ day, column }) => (
              <li key={day} style={column ? { gridColumnStart: String(column) } : {}}>
                <Cell {...props} day={day} entry={byDay.get(day)} most={most} />
              </li>
            ))}
          </ol>
        </section>
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
      <i aria-hidden="true" style={{ transform: `scaleY(${Math.max(0.08, entry.frames / props.most)})` }} />
      <span>{date}</span>
    </a>
  );
}

/** The days of a month; the first says under which weekday (Monday = 1) it stands. */
function cells(month: string): { day: string; column: number | null }[] {
  const list: { day: string; column: number | null }[] = [];
  for (let at = startOfDay(`${month}-01`); utcDay(at).startsWith(month); at += dayMs) {
    const weekday = (new Date(at).getUTCDay() + 6) % 7;
    list.push({ day: utcDay(at), column: list.length === 0 ? weekday + 1 : null });
  }
  return list;
}
