import { bytes, counted } from '../ui/numbers';
import { dayInShort, startOfDay } from '../ui/time';
import type { DayIntake } from './api';

const height = 120;

/** What came in, day by day: a bar each, today's open at the top since it is not over. */
export function IntakeChart({ days }: { days: DayIntake[] }) {
  const most = Math.max(1, ...days.map((d) => d.bytes));
  const today = days.length - 1;
  const total = days.reduce((sum, d) => sum + d.bytes, 0);
  return (
    <figure class="intake">
      <figcaption>
        Came in over thirty days and today: <strong>{bytes(total)}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${days.length * 10} ${height}`} preserveAspectRatio="none" role="img" aria-label={`Bytes a day, at most ${bytes(most)}`}>
        {days.map((d, i) => {
          const tall = d.bytes === 0 ? 0 : Math.max(1, (d.bytes / most) * (height - 4));
          return (
            <rect key={d.day} class={i === today ? 'today' : undefined} x={i * 10 + 1} y={height - tall} width={8} height={tall}>
              <title>{`${d.day}: ${bytes(d.bytes)}, ${counted(d.frames, 'frame')}`}</title>
            </rect>
          );
        })}
      </svg>
      <p class="intake-ends" aria-hidden="true">
        <span>{days[0] && dayInShort(startOfDay(days[0].day))}</span>
        <span>{bytes(most)} at most</span>
        <span>today</span>
      </p>
    </figure>
  );
}
