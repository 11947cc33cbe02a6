import { address } from '../route';
import { counted } from '../ui/numbers';
import { dayInWords, dayMs, monthInWords, startOfDay, utcDay } from '../ui/time';
import type { SlotDay } from './api';
import { inWords, toneOf, troubled, worst } from './words';

/** Months of days, newest first, each day in the colour of its worst slot, with how many went wrong. */
export function Months({ source, days, chosen }: { source: string; days: SlotDay[]; chosen: string }) {
  const byDay = new Map(days.map((d) => [d.day, d]));
  const months = [...new Set(days.map((d) => d.day.slice(0, 7)))].reverse();
  return (
    <nav class="slot-months" aria-label="Days" onKeyDown={arrows}>
      {months.map((month) => (
        <section key={month} aria-label={monthInWords(startOfDay(`${month}-01`))}>
          <h3>{monthInWords(startOfDay(`${month}-01`))}</h3>
          <p class="weekdays" aria-hidden="true">
            {['M', 'T', 'W', 'T', 'F', 'S', 'S'].map((name, i) => (
              <span key={i}>{name}</span>
            ))}
          </p>
          <ol>
            {daysOf(month).map((day, i) => (
              <li key={day} style={i === 0 ? { gridColumnStart: String(((new Date(startOfDay(day)).getUTCDay() + 6) % 7) + 1) } : {}}>
                <Cell source={source} day={day} entry={byDay.get(day)} chosen={chosen} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </nav>
  );
}

function Cell({ source, day, entry, chosen }: { source: string; day: string; entry: SlotDay | undefined; chosen: string }) {
  const date = Number(day.slice(8));
  const outcome = entry ? worst(entry.outcomes) : null;
  if (!entry || outcome === null) return <span class="slot-day none">{date}</span>;
  const wrong = troubled(entry.outcomes);
  const words = `${counted(entry.slots, 'slot')}: ${inWords(entry.outcomes)}`;
  return (
    <a
      class="slot-day"
      data-day={day}
      data-worst={outcome}
      data-wash={toneOf(outcome)}
      href={address({ view: 'slots', source, day })}
      aria-label={`${dayInWords(day)}, ${words}`}
      aria-current={day === chosen ? 'date' : undefined}
      title={words}
    >
      <span>{date}</span>
      <small aria-hidden="true">{wrong > 0 ? (wrong > 999 ? '999+' : wrong) : '✓'}</small>
    </a>
  );
}

function daysOf(month: string): string[] {
  const list: string[] = [];
  for (let at = startOfDay(`${month}-01`); utcDay(at).startsWith(month); at += dayMs) list.push(utcDay(at));
  return list;
}

/** Arrows move between the days that have slots: sideways by one, up and down by a week. */
function arrows(e: KeyboardEvent): void {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[e.key];
  const here = (e.target as HTMLElement).dataset['day'];
  if (by === undefined || here === undefined) return;
  e.preventDefault();
  const step = Math.sign(by) * dayMs;
  for (let at = startOfDay(here) + by * dayMs, tries = 0; tries < 62; at += step, tries++) {
    const cell = (e.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-day="${utcDay(at)}"]`);
    if (cell) return cell.focus();
  }
}
