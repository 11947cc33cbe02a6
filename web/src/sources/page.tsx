import { useState } from 'preact/hooks';
import type { Source } from '../api';
import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { known } from '../live/node';
import { address } from '../route';
import { bytes, count, counted } from '../ui/numbers';
import { useStore } from '../ui/store';
import { utcSeconds } from '../ui/time';
import { SourceCard } from './card';
import { conditionOf } from './condition';
import { EditSource } from './edit';
import { FirstRun } from './first-run';
import { RemoveSource } from './remove';
import { TestSource } from './test';

type Open = { what: 'add' } | { what: 'test' | 'change' | 'remove'; source: Source } | null;

export function SourcesPage() {
  const sources = useStore(known, (k) => k.sources);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <div class="sources" data-loaded={sources !== null}>
      <div class="title-row">
        <h1>Sources</h1>
        {sources !== null && sources.length > 0 && <Summary sources={sources} />}
        <button class="primary" onClick={() => setOpen({ what: 'add' })}>
          Add a source
        </button>
      </div>
      {sources === null && <p class="faint">Asking the node …</p>}
      {sources?.length === 0 && <FirstRun onAdd={() => setOpen({ what: 'add' })} />}
      {sources !== null && sources.length > 0 && (
        <ul class="cards" data-few={sources.length <= 6 ? sources.length : undefined} aria-label="Sources">
          {sources.map((s) => (
            <SourceCard
              key={s.id}
              source={s}
              onTest={() => setOpen({ what: 'test', source: s })}
              onChange={() => setOpen({ what: 'change', source: s })}
              onRemove={() => setOpen({ what: 'remove', source: s })}
            />
          ))}
        </ul>
      )}
      {open?.what === 'add' && <EditSource source={null} onClose={close} />}
      {open?.what === 'change' && <EditSource source={open.source} onClose={close} />}
      {open?.what === 'test' && <TestSource source={open.source} onClose={close} />}
      {open?.what === 'remove' && <RemoveSource source={open.source} onClose={close} />}
    </div>
  );
}

function Summary({ sources }: { sources: Source[] }) {
  const asOf = useAsOf();
  const ticking = useNow();
  const now = asOf ?? ticking;
  const disk = useStore(known, (k) => k.node?.disk ?? null);
  const all = sources.map((s) => conditionOf(s, now));
  const n = (tone: string, odd = false) => all.filter((c) => c.tone === tone && (c.odd ?? false) === odd).length;
  const quarantined = sources.reduce((sum, s) => sum + s.quarantined, 0);
  const parts = [
    n('good') > 0 && <span data-tone="good">{n('good')} fresh</span>,
    n('late') > 0 && <span data-tone="late">{n('late')} late</span>,
    n('late', true) > 0 && <span data-tone="late">{n('late', true)} to look at</span>,
    n('bad') > 0 && <span data-tone="bad">{n('bad')} failing</span>,
    n('idle') > 0 && <span data-tone="idle">{n('idle')} idle</span>,
    <span>{counted(sources.reduce((sum, s) => sum + s.frames, 0), 'frame')}</span>,
    disk && (
      <span data-tone={disk.freeBytes < Math.max(1e9, disk.totalBytes / 20) ? 'late' : undefined} title={`${count(disk.freeBytes)} of ${count(disk.totalBytes)} bytes are free`}>
        {bytes(disk.archiveBytes)} kept, {bytes(disk.freeBytes)} free
      </span>
    ),
    quarantined > 0 && <a href={address({ view: 'quarantine', source: null })}>{count(quarantined)} in quarantine</a>,
    asOf !== null && <span class="as-of">as of {utcSeconds(asOf)} UTC</span>,
  ];
  return <p class="summary">{parts}</p>;
}
