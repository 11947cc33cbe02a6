import { useId, useState } from 'preact/hooks';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/dialog';
import { count, counted } from '../ui/numbers';
import { Trouble } from '../ui/trouble';
import { jobsApi, type Job, type JobDetail } from './api';
import { hasEnded } from './words';

/** Tries a job again as a whole, or from one of its tasks on. */
export function Retry(props: { job: Job; from: string | null; onDone: (job: JobDetail) => void; onTrouble: (problem: unknown) => void }) {
  const { job, from } = props;
  const [busy, setBusy] = useState(false);
  const why = useId();
  const reason = !hasEnded(job)
    ? 'It is not over yet: it can be tried again when it is, or cancelled first.'
    : job.state === 'done' && from === null
      ? 'All of it is done. Choose a task, and retry from there.'
      : null;
  const retry = async () => {
    setBusy(true);
    props.onTrouble(null);
    try {
      props.onDone(await jobsApi.retry(job.id, from));
      announce(from === null ? `${job.title}: tried again` : `${job.title}: tried again from ${from} on`);
    } catch (problem) {
      props.onTrouble(problem);
    }
    setBusy(false);
  };
  return (
    <>
      <button onClick={retry} disabled={reason !== null || busy} title={reason ?? undefined} aria-describedby={reason === null ? undefined : why}>
        {from === null ? 'Retry' : 'Retry from here'}
      </button>
      {reason !== null && (
        <span class="unseen" id={why}>
          {reason}
        </span>
      )}
    </>
  );
}

/** Cancelling throws work away, so it asks. */
export function Cancel({ job, onDone }: { job: Job; onDone: (job: JobDetail) => void }) {
  const [asking, setAsking] = useState(false);
  const ended = hasEnded(job);
  return (
    <>
      {!ended && (
        <button class="danger" onClick={() => setAsking(true)}>
          Cancel
        </button>
      )}
      {asking && <CancelDialog job={job} onClose={() => setAsking(false)} onDone={onDone} />}
    </>
  );
}

function CancelDialog({ job, onClose, onDone }: { job: Job; onClose: () => void; onDone: (job: JobDetail) => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const { running, done, waiting, ready } = job.counts;
  const cancel = async () => {
    setBusy(true);
    try {
      onDone(await jobsApi.cancel(job.id));
      announce(`${job.title}: cancelled`);
      onClose();
    } catch (reason) {
      setProblem(reason);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Cancel ${job.title}?`} onClose={onClose}>
      {hasEnded(job) ? (
        <p>It has ended meanwhile: there is nothing left to cancel.</p>
      ) : (
        <p>
          {running > 0 ? `${counted(running, 'task')} under way ${running === 1 ? 'is' : 'are'} stopped, and what ${running === 1 ? 'it has' : 'they have'} made is thrown away. ` : 'No task is under way. '}
          {waiting + ready > 0 && `${count(waiting + ready)} not begun ${waiting + ready === 1 ? 'is' : 'are'} dropped. `}
          {done > 0 && `What ${counted(done, 'task')} made stays.`}
        </p>
      )}
      <Trouble problem={problem} />
      <footer>
        <button autofocus onClick={onClose}>
          {hasEnded(job) ? 'Close' : 'Keep it running'}
        </button>
        {!hasEnded(job) && (
          <button class="danger" onClick={cancel} disabled={busy}>
            Cancel the job
          </button>
        )}
      </footer>
    </Dialog>
  );
}
