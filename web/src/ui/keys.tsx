import { Dialog } from './dialog';

const groups: [string, [string[], string][]][] = [
  [
    'A source’s day',
    [
      [['←', '→'], 'Previous, next frame'],
      [['Shift ←', 'Shift →'], 'Ten frames back, on'],
      [['Home', 'End'], 'First, last frame of the day'],
      [['Space'], 'Play, pause'],
      [['['], 'Slower'],
      [[']'], 'Faster'],
      [['+', '−'], 'Look closer at the timeline, or wider'],
      [['PageUp', 'PageDown'], 'Day before, day after'],
    ],
  ],
  [
    'Timelapse',
    [
      [['I'], 'First frame of the timelapse (in)'],
      [['O'], 'Last frame of the timelapse (out)'],
      [['X'], 'Take both marks away'],
    ],
  ],
  [
    'A new timelapse',
    [
      [['←', '→', '↑', '↓'], 'In the calendar: a day, a week back or on'],
      [['Enter'], 'In the calendar: the first day, then the last'],
      [['Shift ←', 'Shift →'], 'In the calendar: take the range along'],
      [['Space'], 'Play the preview, pause'],
    ],
  ],
  [
    'A source’s slots',
    [
      [['PageUp', 'PageDown'], 'Day before, day after'],
      [['←', '→', '↑', '↓'], 'In the calendar: a day, a week back or on'],
      [['Home', 'End'], 'In the calendar: the first, the last day'],
    ],
  ],
  [
    'A job’s graph',
    [
      [['←', '→'], 'Along a line, to what comes before or after'],
      [['↑', '↓'], 'The task above, below'],
      [['Home', 'End'], 'First, last task'],
    ],
  ],
  [
    'Anywhere',
    [
      [['G S'], 'Go to the sources'],
      [['G T'], 'Go to the timelapses'],
      [['G J'], 'Go to the jobs'],
      [['G N'], 'Go to the nodes'],
      [['G A'], 'Go to what the archive uses'],
      [['G Q'], 'Go to what is in quarantine'],
      [['?'], 'These keys'],
      [['Esc'], 'Close what is open'],
    ],
  ],
];

export function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="keys">
        {groups.map(([name, keys]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={what}>
                  <dt>
                    {names.map((n) => (
                      <kbd key={n}>{n}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Whether a key press belongs to what has the focus rather than to the page. */
export function typing(e: KeyboardEvent): boolean {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return true;
  const t = e.target;
  if (!(t instanceof HTMLElement)) return false;
  if (t.closest('dialog, input, select, textarea, video, [contenteditable]')) return true;
  return (e.key === ' ' || e.key === 'Enter') && t.closest('button, a, summary') !== null;
}
