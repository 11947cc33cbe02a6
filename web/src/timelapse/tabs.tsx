import { address } from '../route';

/** What was made, and what is made again and again. */
export function Tabs({ here }: { here: 'made' | 'repeating' }) {
  return (
    <nav class="tabs" aria-label="Timelapses">
      <a href={address({ view: 'timelapses', id: null })} aria-current={here === 'made' ? 'page' : undefined}>
        Made
      </a>
      <a href={address({ view: 'schedules' })} aria-current={here === 'repeating' ? 'page' : undefined}>
        Repeating
      </a>
    </nav>
  );
}
