import { known } from '../live/node';
import { useStore } from '../ui/store';

/** What a person should see to: a disk that fills, an archive in a temporary folder. It goes when it is mended. */
export function Warnings() {
  const node = useStore(known, (k) => k.node);
  if (node === null) return null;
  const { level, warnings } = node;
  return (
    <>
      {level.message !== null && (
        <div class={`banner ${level.level === 'low' ? 'warned' : 'gone'}`} role="alert" data-banner="disk" data-level={level.level}>
          <p>
            {level.message} {level.mend}
          </p>
        </div>
      )}
      {warnings.map((w) => (
        <div key={w.code} class="banner warned" role="status" data-banner={w.code}>
          <p>
            {w.message} {w.mend}
          </p>
        </div>
      ))}
    </>
  );
}
