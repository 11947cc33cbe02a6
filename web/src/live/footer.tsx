import { api } from '../api';
import { useStore } from '../ui/store';
import { utcFull } from '../ui/time';
import { known } from './node';

/** What the node says of itself, and the way out. */
export function Footer() {
  const node = useStore(known, (k) => k.node);
  if (!node) return null;
  const since = Math.floor(Date.parse(node.startedAt) / 1000) * 1000;
  const signOut = () =>
    void api.signOut().then(
      () => location.reload(),
      () => undefined,
    );
  return (
    <footer class="bottom">
      <span>Tidemark {node.version}</span>
      <span>up since {utcFull(since)}</span>
      <span>{node.tools.ffmpeg === null ? 'no ffmpeg' : `ffmpeg ${node.tools.ffmpeg}`}</span>
      <button class="link" onClick={signOut}>
        Sign out
      </button>
    </footer>
  );
}
