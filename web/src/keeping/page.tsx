import { useNow } from '../live/clock';
import { address } from '../route';
import { bytes, count } from '../ui/numbers';
import { Trouble } from '../ui/trouble';
import type { SourceUsage, Usage } from './api';
import { IntakeChart } from './chart';
import { useUsage } from './load';
import { Whole } from './whole';
import { keeps, outlook } from './words';

/** What the archive uses, what each source brings, and where that leads. */
export function KeepingPage() {
  const { usage, problem } = useUsage();
  return (
    <div class="keeping" data-loaded={usage !== null}>
      <div class="title-row">
        <h1>Archive</h1>
        {usage !== null && (
          <p class="summary">
            <span>{bytes(usage.frameBytes)} of frames</span>
            <span>{bytes(usage.freeBytes)} free</span>
          </p>
        )}
      </div>
      <Trouble problem={problem} />
      {usage === null && problem === null && <p class="faint">Asking the node …</p>}
      {usage !== null && (
        <>
          <Outlook usage={usage} />
          <Whole />
          <IntakeChart days={usage.days} />
          <Sources sources={usage.sources} />
        </>
      )}
    </div>
  );
}

function Outlook({ usage: u }: { usage: Usage }) {
  const now = useNow();
  const { tone, text } = outlook(u.forecast, now);
  const other = Math.max(0, u.totalBytes - u.freeBytes - u.frameBytes - u.assetBytes - u.quarantineBytes);
  const parts: [string, string, number][] = [
    ['frames', 'Frames', u.frameBytes],
    ['assets', 'Timelapses and uploads', u.assetBytes],
    ['quarantine', 'Quarantine', u.quarantineBytes + u.incomingBytes],
    ['other', 'Everything else', other],
    ['free', 'Free', u.freeBytes],
  ];
  return (
    <section class="disk" aria-label="The disk">
      <p class={`reason ${tone}`} data-outlook={tone}>
        {text}
      </p>
      <div class="disk-bar" aria-hidden="true">
        {parts.map(([key, , size]) => size > 0 && <i key={key} data-part={key} style={{ flexGrow: size / u.totalBytes }} />)}
      </div>
      <dl class="facts disk-facts">
        {parts.map(([key, name, size]) => (
          <div key={key}>
            <dt data-part={key}>{key === 'quarantine' ? <a href={address({ view: 'quarantine', source: null })}>{name}</a> : name}</dt>
            <dd>{bytes(size)}</dd>
          </div>
        ))}
        <div>
          <dt>Comes in</dt>
          <dd>
            {bytes(u.forecast.perDayBytes)} a day, {bytes(u.forecast.perYearBytes)} a year
          </dd>
        </div>
        <div>
          <dt>Let go by rule</dt>
          <dd>{bytes(u.letGoBytes)} so far</dd>
        </div>
      </dl>
    </section>
  );
}

function Sources({ sources }: { sources: SourceUsage[] }) {
  if (sources.length === 0) return <p class="faint">No source has brought anything yet.</p>;
  return (
    <div class="usage-scroll" role="region" aria-label="By source" tabIndex={0}>
      <table class="usage">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Frames</th>
            <th scope="col">Size</th>
            <th scope="col">A day, of 7</th>
            <th scope="col">A day, of 30</th>
            <th scope="col">A year</th>
            <th scope="col">Since</th>
            <th scope="col">Keeps</th>
          </tr>
        </thead>
        <tbody>
          {[...sources]
            .sort((a, b) => b.bytes - a.bytes)
            .map((s) => (
              <tr key={s.source}>
                <th scope="row">
                  <a href={address({ view: 'day', source: s.source, day: null, at: null })}>{s.source}</a>
                </th>
                <td>{count(s.frames)}</td>
                <td>{bytes(s.bytes)}</td>
                <td>{bytes(s.perDay7Bytes)}</td>
                <td>{bytes(s.perDay30Bytes)}</td>
                <td>{bytes(s.perYearBytes)}</td>
                <td>{s.firstDay ?? '–'}</td>
                <td>{keeps(s)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
