import { useEffect, useState } from 'preact/hooks';
import { api, type Frame, type Source } from '../api';
import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { link, putSource } from '../live/node';
import { address } from '../route';
import { announce } from '../ui/announce';
import { count } from '../ui/numbers';
import { Mounted, useDecoded } from '../ui/picture';
import { useStore } from '../ui/store';
import { age, span, utcDay, utcFull, utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { conditionOf, isLate } from './condition';
import { InQuarantine, Matters } from './matters';
import { kindWords, whenInWords } from './words';

export function SourceCard(props: { source: Source; onTest: () => void; onChange: () => void; onRemove: () => void }) {
  const { source } = props;
  const now = useNow();
  const live = useStore(link, (l) => l.kind === 'live');
  const picture = useDecoded(source.newest, live ? 1 : 0);
  const asOf = useAsOf();
  // Of a node that is gone only the past is known.
  const condition = conditionOf(source, asOf ?? now);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState<string | null>(null);

  useEffect(() => {
    if (condition.tone === 'bad') announce(`${source.id}: ${condition.reason}`);
  }, [condition.tone]);

  const act = async (what: string, ask: (id: string) => Promise<Source>) => {
    setBusy(what);
    setProblem(null);
    try {
      putSource(await ask(source.id));
      announce(`${source.id}: ${what} done`);
    } catch (reason) {
      setProblem(reason);
    }
    setBusy(null);
  };

  const shown = picture.frame;
  return (
    <li class="card" data-source={source.id} data-tone={condition.tone} data-outcome={source.status.outcome ?? 'none'}>
      <a
        class="card-picture"
        href={address({ view: 'day', source: source.id, day: null, at: null })}
        aria-label={`${source.id}: look through its days`}
        data-frame-time={shown?.time}
      >
        <Mounted image={picture.image} alt={shown ? `${source.id} at ${utcFull(Date.parse(shown.time))}` : ''} />
        {!shown && <span class="no-picture">{missing(source.newest, picture.failed)}</span>}
        {shown && picture.failed && <span class="note">The newest picture did not load; this is the one before.</span>}
        {asOf === null && <NextPoll source={source} now={now} />}
      </a>
      <div class="card-text">
        <div class="card-head">
          <h2>
            <a href={address({ view: 'day', source: source.id, day: null, at: null })} tabIndex={-1}>
              {source.id}
            </a>
          </h2>
          <span class="chip" data-tone={condition.tone}>
            {asOf === null ? condition.word : `Was ${condition.word.toLowerCase()}`}
          </span>
        </div>
        <Age frame={shown ?? source.newest} late={isLate(source, now) && !source.paused} bad={condition.tone === 'bad'} now={now} />
        <p class="plan">
          {kindWords[source.kind]}, {whenInWords(source)}
        </p>
        <dl class="facts">
          <div>
            <dt>Frames</dt>
            <dd data-frames={source.frames}>{count(source.frames)}</dd>
          </div>
          <div>
            <dt>Next</dt>
            <dd>{asOf === null ? nextPoll(source, now) : 'not known'}</dd>
          </div>
          <InQuarantine source={source} />
        </dl>
      </div>
      {(condition.reason !== null || problem !== null || source.conditions.length > 0) && (
        <div class="card-reason">
          {condition.reason && <p class={`reason ${condition.tone}`}>{condition.reason}</p>}
          <Matters source={source} />
          <Trouble problem={problem} />
        </div>
      )}
      <div class="actions">
        {source.paused ? (
          <button onClick={() => act('Resume', api.resumeSource)} disabled={busy !== null} aria-label={`Resume ${source.id}`}>
            Resume
          </button>
        ) : (
          <button onClick={() => act('Pause', api.pauseSource)} disabled={busy !== null} aria-label={`Pause ${source.id}`}>
            Pause
          </button>
        )}
        <button onClick={() => act('Poll', api.pollSource)} disabled={busy !== null || source.paused} title={source.paused ? 'It is paused: resume it first' : undefined} aria-label={`Poll now ${source.id}`}>
          {busy === 'Poll' ? 'Polling …' : 'Poll now'}
        </button>
        <button onClick={props.onTest} aria-label={`Test ${source.id}`}>
          Test
        </button>
        <button onClick={props.onChange} aria-label={`Change ${source.id}`}>
          Change
        </button>
        <button class="remove" onClick={props.onRemove} aria-label={`Remove ${source.id}`}>
          Remove
        </button>
      </div>
    </li>
  );
}

function missing(newest: Frame | null, failed: boolean): string {
  if (newest === null) return 'No frame yet';
  return failed ? 'The picture did not load' : 'Loading the picture …';
}

function Age({ frame, late, bad, now }: { frame: Frame | null; late: boolean; bad: boolean; now: number }) {
  const asOf = useAsOf();
  if (!frame) return <p class="age">—</p>;
  const at = Date.parse(frame.time);
  return (
    <p class="age" data-age={bad ? 'bad' : late ? 'late' : 'good'}>
      <strong>{age(at, now)}</strong>
      <time dateTime={frame.time}>
        {utcDay(at) === utcDay(now) ? '' : `${utcDay(at)} `}
        {utcSeconds(at)} UTC
      </time>
      {asOf !== null && <span class="as-of">as of {utcSeconds(asOf)} UTC</span>}
    </p>
  );
}

function nextPoll(source: Source, now: number): string {
  if (source.paused) return 'paused';
  if (source.status.nextAt === null) return '—';
  const left = Date.parse(source.status.nextAt) - now;
  return left <= 0 ? 'now' : `in ${span(left)}`;
}

/** A line that rises like the tide until the next poll. */
function NextPoll({ source, now }: { source: Source; now: number }) {
  const { at, nextAt } = source.status;
  if (source.paused || at === null || nextAt === null) return null;
  const from = Date.parse(at);
  const part = Math.min(1, Math.max(0, (now - from) / Math.max(1, Date.parse(nextAt) - from)));
  return (
    <span class="next-poll" aria-hidden="true">
      <i style={{ transform: `scaleX(${part})` }} />
    </span>
  );
}
