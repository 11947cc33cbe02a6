import { useEffect, useRef, useState } from 'preact/hooks';
import { api, downloadUrl, type Asset, type Timelapse } from '../api';
import { putTimelapse } from '../live/node';
import { address } from '../route';
import { announce } from '../ui/announce';
import { bytes, counted } from '../ui/numbers';
import { filmLength, span, utcFull } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { Progress } from './progress';
import { Share } from './share';
import { askedInWords, stateWords, toneOf } from './words';

export function Detail({ timelapse: t }: { timelapse: Timelapse }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const before = useRef(t.state);
  useEffect(() => {
    if (before.current !== t.state) announce(`Timelapse of ${t.sources.join(', ')}: ${stateWords[t.state]}`);
    before.current = t.state;
  }, [t.state]);
  const cancel = async () => {
    setBusy(true);
    try {
      putTimelapse(await api.cancelTimelapse(t.id));
    } catch (reason) {
      setProblem(reason);
    }
    setBusy(false);
  };
  const open = t.state === 'queued' || t.state === 'running';
  const again = address({ view: 'make', sources: [], from: null, to: null, like: t.id });
  return (
    <article class="detail" aria-labelledby="detail-title" data-timelapse={t.id} data-state={t.state}>
      <a class="back-link" href={address({ view: 'timelapses', id: null })}>
        ‹ All timelapses
      </a>
      {t.asset ? (
        <Film asset={t.asset} name={`Timelapse of ${t.sources.join(', ')}`} />
      ) : (
        open && (
          <div class="no-video">
            <Progress timelapse={t} />
          </div>
        )
      )}
      <div class="row-head">
        <h2 id="detail-title">{t.sources.join(', ')}</h2>
        <span class="chip" data-tone={toneOf(t)}>
          {stateWords[t.state]}
        </span>
      </div>
      {t.failure && (
        <div class="trouble" role="alert" data-code={t.failure.code}>
          <p>{t.failure.message}</p>
          {t.failure.mend && <p class="mend">{t.failure.mend}</p>}
        </div>
      )}
      <Trouble problem={problem} />
      <div class="actions">
        {t.asset && (
          <a class="button primary" href={downloadUrl(t.asset)} download={t.asset.name}>
            Download
          </a>
        )}
        {open && (
          <button class="danger" onClick={cancel} disabled={busy}>
            Cancel
          </button>
        )}
        {!open && (
          <a class="button" href={again}>
            Make another like it
          </a>
        )}
        <a class="button" href={address({ view: 'job', id: t.id, task: null })}>
          {open ? 'How it is made' : 'How it was made'}
        </a>
      </div>
      {t.asset && <Share key={t.asset.id} asset={t.asset} />}
      {!open && <LeftOut key={`${t.id} ${t.endedAt}`} id={t.id} />}
      <Facts timelapse={t} />
    </article>
  );
}

function Film({ asset, name }: { asset: Asset; name: string }) {
  const size = { width: asset.width ?? 1280, height: asset.height ?? 720 };
  if (asset.contentType === 'image/gif') return <img class="moving" src={asset.url} {...size} alt={name} />;
  return <video controls loop playsInline preload="metadata" src={asset.url} {...size} aria-label={name} />;
}

function LeftOut({ id }: { id: string }) {
  const [what, setWhat] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    let gone = false;
    api.timelapse(id).then(
      (one) => gone || setWhat(one.leftOut),
      (reason) => gone || setProblem(reason),
    );
    return () => {
      gone = true;
    };
  }, [id]);
  if (what.length === 0) return <Trouble problem={problem} />;
  return (
    <details class="left-out">
      <summary>What could not be shown ({what.length})</summary>
      <ul>
        {what.map((why) => (
          <li key={why}>{why}</li>
        ))}
      </ul>
    </details>
  );
}

function Facts({ timelapse: t }: { timelapse: Timelapse }) {
  const a = t.asset;
  const facts: [string, string | null][] = [
    ['From', utcFull(Date.parse(t.from))],
    ['To, not included', utcFull(Date.parse(t.to))],
    ...askedInWords(t.asked),
    ['Frames', a?.frames == null ? null : counted(a.frames, 'frame')],
    ['Length', a?.durationMs == null ? null : filmLength(a.durationMs)],
    ['Size', a === null ? null : `${a.width && a.height ? `${a.width}×${a.height}, ` : ''}${bytes(a.bytes)}`],
    ['Asked for', utcFull(Math.floor(Date.parse(t.createdAt) / 1000) * 1000)],
    ['Took', t.startedAt && t.endedAt ? span(Date.parse(t.endedAt) - Date.parse(t.startedAt)) : null],
    ['SHA-256', a?.sha256 ?? null],
  ];
  return (
    <dl class="facts columns">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={name === 'SHA-256' ? 'mono sum' : ''}>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
