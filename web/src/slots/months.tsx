import { useState } from 'preact/hooks';
import { dayByKey } from '../archive/month';
import { address } from '../route';
import { counted } from '../ui/numbers';
import { dayInWords, dayMs, monthInWords, startOfDay, utcDay } from '../ui/time';
import type { SlotDay } from './api';
import { inWords, toneOf, troubled, worst } from './words';

/**
 * Months of days, newest first, each day in the colour of its worst slot, with how many went wrong. One stop for Tab, which
 * is the day that had the focus last, else the one that is shown; arrows move from there.
 */
export function Months({ source, days, chosen }: { source: string; days: SlotDay[]; chosen: string }) {
  const byDay = new Map(days.map((d) => [d.day, d]));
  const months = [...new Set(days.map((d) => d.day.slice(0, 7)))].reverse();
  const [focused, setFocused] = useState<string | null>(null);
  const stop = [focused, chosen].find((day) => day !== null && byDay.has(day)) ?? days.at(-1)?.day;
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
                <Cell source={source} day={day} entry={byDay.get(day)} chosen={chosen} stop={day === stop} onFocus={setFocused} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </nav>
  );
}

function Cell(props: { source: string; day: string; entry: SlotDay | undefined; chosen: string; stop: boolean; onFocus: (day: string) => void }) {
  const { source, day, entry, chosen } = props;
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
      tabIndex={props.stop ? 0 : -1}
      onFocus={() => props.onFocus(day)}
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

/** Arrows move between the days that have slots: sideways by one, up and down by a week; Home and End to the first and the last. */
function arrows(e: KeyboardEvent): void {
  const here = (e.target as HTMLElement).dataset['day'];
  if (here === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
  const cells = [...(e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[data-day]')].sort((a, b) => (dayOf(a) < dayOf(b) ? -1 : 1));
  const to = dayByKey(e.key, here, cells.map(dayOf));
  if (to === undefined) return;
  e.preventDefault();
  cells[to]?.focus();
}

const dayOf = (cell: HTMLElement) => cell.dataset['day'] ?? '';
