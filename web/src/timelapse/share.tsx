import { useEffect, useState } from 'preact/hooks';
import type { Asset } from '../api';
import { announce } from '../ui/announce';
import { Command } from '../ui/command';
import { dayMs, utcDay, utcMinutes } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { linksApi, type Link } from './api';

const terms: [number, string][] = [
  [dayMs, 'a day'],
  [7 * dayMs, 'a week'],
  [30 * dayMs, '30 days'],
  [365 * dayMs, 'a year'],
];

/** Links under which one timelapse is had without signing in, as long as they are good. */
export function Share({ asset }: { asset: Asset }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="share" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>
        Share <span class="faint">by a link that needs no sign-in</span>
      </summary>
      {open && <Links asset={asset} />}
    </details>
  );
}

function Links({ asset }: { asset: Asset }) {
  const [links, setLinks] = useState<Link[] | null>(null);
  const [term, setTerm] = useState(String(7 * dayMs));
  const [made, setMade] = useState<Link | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    linksApi.list(asset.id, stop.signal).then(setLinks, (reason) => stop.signal.aborted || setProblem(reason));
    return () => stop.abort();
  }, [asset.id]);
  const run = async (action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    await action().catch(setProblem);
    setBusy(false);
  };
  const make = () =>
    run(async () => {
      const link = await linksApi.make(asset.id, Number(term) / 1000);
      setMade(link);
      setLinks((l) => [link, ...(l ?? [])]);
      announce('The link is made');
    });
  const revoke = (link: Link) =>
    run(async () => {
      await linksApi.revoke(link.id);
      setLinks((l) => l?.filter((other) => other.id !== link.id) ?? null);
      if (made?.id === link.id) setMade(null);
      announce('The link is revoked');
    });
  return (
    <div class="share-body">
      <div class="row">
        <label class="inline">
          <span>Good for</span>
          <select value={term} onChange={(e) => setTerm(e.currentTarget.value)}>
            {terms.map(([milliseconds, name]) => (
              <option key={name} value={String(milliseconds)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="primary" onClick={make} disabled={busy}>
          Make a link
        </button>
      </div>
      {made?.url && (
        <div class="made-link">
          <Command text={made.url} />
          <p class="hint">
            {made.localOnly && <span class="late">It works on this machine alone, because the node listens here only. </span>}
            Shown this once: copy it now. Whoever has it can watch and download this timelapse, and nothing else.
          </p>
        </div>
      )}
      {links !== null && links.length > 0 && (
        <ul class="link-list" aria-label="Links that are good">
          {links.map((link) => (
            <li key={link.id} data-link={link.id}>
              <span>
                Until {when(link.expiresAt)} <span class="faint">made {when(link.createdAt)}</span>
              </span>
              <button type="button" class="link" onClick={() => revoke(link)} disabled={busy} aria-label={`Revoke the link made ${when(link.createdAt)}`}>
                Revoke
              </button>
            </li>
          ))}
        </ul>
      )}
      <Trouble problem={problem} />
    </div>
  );
}

const when = (text: string) => `${utcDay(Date.parse(text))} ${utcMinutes(Date.parse(text))} UTC`;
