import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Problem } from '../api';
import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { address, note } from '../route';
import { announce } from '../ui/announce';
import { utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { Cancel, Retry } from './actions';
import type { JobDetail } from './api';
import { boxesOf, firstLook } from './boxes';
import { Graph } from './graph';
import { JobHead } from './job-head';
import { useJob, useTrack } from './load-job';
import { GroupDetail, TaskDetail } from './task-detail';
import { TaskTable } from './task-table';
import { Track } from './track';
import { stateWord, stateWords, toneOf } from './words';

/** One job: how it stands, its graph, the task that is looked at, and all that happened. */
export function JobPage({ id, task }: { id: string; task: string | null }) {
  const { job, problem, put } = useJob(id);
  const [refused, setRefused] = useState<unknown>(null);
  const asOf = useAsOf();
  const missing = problem instanceof Problem && problem.status === 404;
  useStateSaid(job);
  return (
    <div class="job" data-loaded={job !== null}>
      <div class="title-row">
        <h1>
          <a href="#/jobs">Jobs</a> <span aria-hidden="true">/</span> {job?.title ?? id}
        </h1>
        {job && (
          <span class="chip" data-tone={toneOf(job)} data-job-state={job.state}>
            {stateWord(job, asOf === null)}
          </span>
        )}
        {asOf !== null && <span class="as-of">as of {utcSeconds(asOf)} UTC</span>}
        {job && (
          <div class="actions">
            {job.kind === 'timelapse' && (
              <a class="button" href={address({ view: 'timelapses', id })}>
                The timelapse
              </a>
            )}
            <Retry job={job} from={null} onDone={put} onTrouble={setRefused} />
            <Cancel job={job} onDone={put} />
          </div>
        )}
      </div>
      <Trouble problem={refused} />
      {missing ? <p class="sheet">There is no job {id}.</p> : <Trouble problem={job !== null && asOf !== null ? null : problem} />}
      {job === null && problem === null && <p class="faint">Asking the node …</p>}
      {job && <Body job={job} task={task} put={put} />}
    </div>
  );
}

function Body({ job, task, put }: { job: JobDetail; task: string | null; put: (job: JobDetail) => void }) {
  const [wanted, setWanted] = useState(task);
  useEffect(() => setWanted(task), [task]);
  const track = useTrack(job.id);
  const asOf = useAsOf();
  const ticking = useNow();
  const now = asOf ?? ticking;
  const known = asOf === null;
  const { boxes, edges } = useMemo(() => boxesOf(job), [job]);
  const box = boxes.find((b) => b.key === wanted || b.tasks.some((t) => t.name === wanted)) ?? firstLook(boxes);
  const one = box?.group === null ? box.tasks[0] : box?.tasks.find((t) => t.name === wanted);
  const choose = (key: string) => {
    setWanted(key);
    note({ view: 'job', id: job.id, task: key });
  };
  return (
    <>
      <JobHead job={job} now={now} known={known} />
      <div class="job-layout">
        <Graph job={job} boxes={boxes} edges={edges} chosen={box} onChoose={choose} now={now} known={known} />
        {one && <TaskDetail key={one.name} job={job} task={one} now={now} known={known} onJob={put} />}
        {box && !one && <GroupDetail box={box} now={now} known={known} onChoose={choose} />}
        <div class="job-below">
          <TaskTable job={job} now={now} known={known} onChoose={choose} />
          <Track track={track} now={now} known={known} />
        </div>
      </div>
    </>
  );
}

function useStateSaid(job: JobDetail | null): void {
  const before = useRef(job?.state);
  useEffect(() => {
    if (job && before.current !== undefined && before.current !== job.state) announce(`${job.title}: ${stateWords[job.state]}`);
    before.current = job?.state;
  }, [job?.state]);
}
