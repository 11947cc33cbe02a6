import type { ComponentChildren } from 'preact';
import { dayMs, monthInWords, startOfDay, utcDay } from '../ui/time';

/** A month of a calendar, its weeks from Monday on. */
export function Month({ month, children }: { month: string; children: (day: string) => ComponentChildren }) {
  const name = monthInWords(startOfDay(`${month}-01`));
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <p class="weekdays" aria-hidden="true">
        {['M', 'T', 'W', 'T', 'F', 'S', 'S'].map((letter, i) => (
          <span key={i}>{letter}</span>
        ))}
      </p>
      <ol>
        {daysOf(month).map((day, i) => (
          <li key={day} style={i === 0 ? { gridColumnStart: String(((new Date(startOfDay(day)).getUTCDay() + 6) % 7) + 1) } : {}}>
            {children(day)}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A day filled like a tide gauge. */
export function Fill({ part }: { part: number }) {
  return <i aria-hidden="true" style={{ transform: `scaleY(${Math.max(0.08, part)})` }} />;
}

function daysOf(month: string): string[] {
  const list: string[] = [];
  for (let at = startOfDay(`${month}-01`); utcDay(at).startsWith(month); at += dayMs) list.push(utcDay(at));
  return list;
}

/** Which of the days, in order, a key leads to: where that one has nothing, the next beyond it. Sideways by one, up and down by a week; Home and End to the ends. */
export function dayByKey(key: string, here: string, days: string[]): number | undefined {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[key];
  if (key === 'Home') return 0;
  if (key === 'End') return days.length - 1;
  if (by === undefined) return undefined;
  const wanted = utcDay(startOfDay(here) + by * dayMs);
  const found = by < 0 ? days.findLastIndex((d) => d <= wanted) : days.findIndex((d) => d >= wanted);
  // Beyond the first and the last there is nothing: a page that scrolls instead would lose the place.
  return found < 0 ? days.indexOf(here) : found;
}
