import type { Timelapse } from '../api';
import { count } from '../ui/numbers';
import { span } from '../ui/time';

const stages: Record<string, string> = { encoding: 'Encoding', verifying: 'Verifying' };

/** How far a timelapse is: frames, and the time left where it can be known. */
export function Progress({ timelapse, slim }: { timelapse: Timelapse; slim?: boolean }) {
  const p = timelapse.progress;
  const part = p ? Math.max(0, Math.min(1, p.fraction)) : 0;
  const words = p
    ? `${stages[p.stage] ?? p.stage}: ${count(p.frames)} of ${count(p.total)} frames`
    : timelapse.state === 'queued'
      ? 'Waiting for its turn'
      : 'Starting';
  return (
    <span class={`progress ${slim ? 'slim' : ''}`}>
      <span
        class="progress-bar"
        role="progressbar"
        aria-label="Progress of the timelapse"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
        aria-valuetext={words}
        data-frames={p?.frames}
        data-total={p?.total}
      >
        <i style={{ transform: `scaleX(${part})` }} />
      </span>
      {!slim && (
        <span class="progress-words">
          <span>{words}</span>
          {p?.secondsLeft != null && <span>about {span(Math.ceil(p.secondsLeft) * 1000)} left</span>}
        </span>
      )}
    </span>
  );
}
