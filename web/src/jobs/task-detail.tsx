import { count, bytes } from '../ui/numbers';
import { utcFull } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { useState } from 'preact/hooks';
import { Retry } from './actions';
import type { JobDetail, JobTask } from './api';
import { byUrgency, tallyInWords, type Box } from './boxes';
import { FailureBox } from './failure';
import { Bar } from './progress';
import { clamped, later, percent, stateWord, taskLine, timeLeft, toneOf, tookOf } from './words';

interface Props {
  job: JobDetail;
  task: JobTask;
  now: number;
  known: boolean;
  onJob: (job: JobDetail) => void;
}

/** One task: where and how it runs, what it needs, what became of it. */
export function TaskDetail({ job, task, now, known, onJob }: Props) {
  const [problem, setProblem] = useState<unknown>(null);
  const again = later(task.readyAt, now);
  const p = task.progress;
  const second = (time: string | null) => (time === null ? null : utcFull(Math.floor(Date.parse(time) / 1000) * 1000));
  const facts: [string, string | null][] = [
    ['Does', task.handler],
    ['Node', task.node],
    ['Attempt', task.startedAt !== null || task.attempt > 1 ? String(task.attempt) : null],
    ['Began', second(task.startedAt)],
    ['Ended', second(task.endedAt)],
    [task.endedAt === null ? 'For' : 'Took', tookOf(task, now)],
    ['Needs', needsInWords(task)],
  ];
  return (
    <section class="task-detail" aria-label={`Task ${task.name}`}>
      <div class="row-head">
        <h2>{task.name}</h2>
        <span class="chip" data-tone={toneOf(task)}>
          {stateWord(task, known)}
        </span>
      </div>
      {task.state === 'running' && p && (
        <div>
          {p.fraction !== null && <Bar part={p.fraction} name={`Progress of ${task.name}`} slim />}
          <p class="row-more">
            {p.fraction !== null && <b>{percent(clamped(p.fraction))}</b>} {[p.note, known && timeLeft(p)].filter(Boolean).join(' · ')}
          </p>
        </div>
      )}
      {task.trouble !== null && <p class="reason late">Waits: {task.trouble}</p>}
      {again !== null && <p class="reason">{task.attempt > 1 || task.failure ? 'Tried again' : 'Begins'} {again}</p>}
      {task.failure && <FailureBox failure={task.failure} />}
      <dl class="facts columns">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <Trouble problem={problem} />
      {job.counts.total > 1 && (
        <div class="actions">
          <Retry job={job} from={task.name} onDone={onJob} onTrouble={setProblem} />
        </div>
      )}
    </section>
  );
}

/** 2 cores, 512 MB of memory, tool:ffmpeg */
export function needsInWords({ needs: n }: JobTask): string | null {
  const parts = [
    n.cpu > 0 && `${n.cpu} ${n.cpu === 1 ? 'core' : 'cores'}`,
    n.memoryBytes > 0 && `${bytes(n.memoryBytes)} of memory`,
    n.diskBytes > 0 && `${bytes(n.diskBytes)} of disk`,
    n.gpu > 0 && `${n.gpu} GPU`,
    ...n.tags,
  ].filter(Boolean);
  return parts.length === 0 ? null : parts.join(', ');
}

const listed = 100;

/** A group's tasks, those that ask for an eye first. */
export function GroupDetail({ box, now, known, onChoose }: { box: Box; now: number; known: boolean; onChoose: (task: string) => void }) {
  const tasks = [...box.tasks].sort(byUrgency).slice(0, listed);
  return (
    <section class="task-detail" aria-label={`Group ${box.key}`}>
      <h2>
        Layer {box.group?.layer}: {count(box.tasks.length)} × {box.group?.handler}
      </h2>
      <p class="row-more">
        {tallyInWords(box.tasks)}
        {box.tasks.length > listed && `. The first ${listed}, what failed or runs before the rest:`}
      </p>
      <ul class="group-tasks">
        {tasks.map((t) => (
          <li key={t.number} data-task={t.name} data-state={t.state}>
            <button class="link" onClick={() => onChoose(t.name)}>
              {t.name}
            </button>
            <span class="chip" data-tone={toneOf(t)}>
              {stateWord(t, known)}
            </span>
            <span class="row-more">{taskLine(t, now)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
