import { useState } from 'preact/hooks';
import { counted } from '../ui/numbers';
import type { JobDetail } from './api';
import { later, stateWord, toneOf, tookOf } from './words';

/** The graph as a table, for whoever reads rather than looks. */
export function TaskTable({ job, now, known, onChoose }: { job: JobDetail; now: number; known: boolean; onChoose: (task: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="as-table" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>
        {job.truncated ? `The first ${counted(job.tasks.length, 'task')}` : counted(job.tasks.length, 'task')} as a table
      </summary>
      {open && <Table job={job} now={now} known={known} onChoose={onChoose} />}
    </details>
  );
}

function Table({ job, now, known, onChoose }: { job: JobDetail; now: number; known: boolean; onChoose: (task: string) => void }) {
  const names = new Map(job.tasks.map((t) => [t.number, t.name]));
  const parents = new Map<number, string[]>();
  for (const { from, to } of job.edges) parents.set(to, [...(parents.get(to) ?? []), names.get(from) ?? `task ${from}`]);
  const after = (number: number) => {
    const all = parents.get(number) ?? [];
    return all.length > 4 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
  };
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Tasks">
      <table>
        <thead>
          <tr>
            {['Task', 'State', 'After', 'Node', 'Attempt', 'Took'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {job.tasks.map((t) => (
            <tr key={t.number} data-tone={toneOf(t)}>
              <th scope="row">
                <button class="link" onClick={() => onChoose(t.name)}>
                  {t.name}
                </button>
              </th>
              <td>
                <span class="chip" data-tone={toneOf(t)}>
                  {stateWord(t, known)}
                </span>
              </td>
              <td>{after(t.number) || '—'}</td>
              <td>{t.node ?? '—'}</td>
              <td>{t.startedAt === null ? '—' : t.attempt}</td>
              <td>{tookOf(t, now) ?? later(t.readyAt, now) ?? '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
