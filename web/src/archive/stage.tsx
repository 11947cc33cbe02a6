import { Mounted } from '../ui/picture';
import { useStore } from '../ui/store';
import { utcFull } from '../ui/time';
import type { Viewer } from './viewer';

/** The large picture. It keeps its place and shape whatever is loading. */
export function Stage({ viewer, empty }: { viewer: Viewer; empty: string | null }) {
  const shown = useStore(viewer.look, (l) => l.shown);
  const image = useStore(viewer.look, (l) => l.image);
  const loading = useStore(viewer.look, (l) => l.wanted >= 0 && !l.failed && l.frames[l.wanted]?.url !== l.shown?.url);
  const failed = useStore(viewer.look, (l) => (l.failed ? (l.frames[l.wanted] ?? null) : null));
  return (
    <div class="stage" data-loading={loading} data-frame-time={shown?.time} style={shown ? { aspectRatio: `${shown.width} / ${shown.height}` } : {}}>
      <Mounted image={image} alt={shown ? `${shown.source} at ${utcFull(Date.parse(shown.time))}` : ''} />
      {loading && <span class="stage-note">Loading …</span>}
      {!image && empty && <span class="stage-empty">{empty}</span>}
      {failed && (
        <span class="stage-note failed" role="alert">
          The picture of {utcFull(Date.parse(failed.time))} did not load{shown ? '; this is another one' : ''}.{' '}
          <button onClick={() => viewer.retry()}>Try again</button>
        </span>
      )}
    </div>
  );
}
