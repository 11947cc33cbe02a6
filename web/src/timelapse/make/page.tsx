import { useEffect, useState } from 'preact/hooks';
import { known } from '../../live/node';
import { useStore } from '../../ui/store';
import { Trouble } from '../../ui/trouble';
import { Form } from './form';
import { give, type Given, type Wish } from './given';

/** A new timelapse: of sources and a range, like one that was made, or a schedule that is changed. */
export function MakePage(wish: Wish) {
  const sources = useStore(known, (k) => k.sources);
  const noFfmpeg = useStore(known, (k) => k.node !== null && k.node.tools.ffmpeg === null);
  const [given, setGiven] = useState<Given | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const some = sources !== null && sources.length > 0;
  useEffect(() => {
    if (!some || given !== null) return;
    setProblem(null);
    give(wish, sources).then(setGiven, setProblem);
  }, [some]);
  return (
    <div class="make">
      <div class="title-row">
        <h1>
          <a href="#/timelapses">Timelapses</a> <span aria-hidden="true">/</span>{' '}
          {wish.schedule ? (
            <>
              <a href="#/timelapses/schedules">Repeating</a> <span aria-hidden="true">/</span> {wish.schedule}
            </>
          ) : (
            'New'
          )}
        </h1>
      </div>
      {sources === null && <p class="faint">Asking the node …</p>}
      {sources?.length === 0 && (
        <p class="sheet">
          There is no source to make one of. <a href="#/">Add a source</a> first.
        </p>
      )}
      {noFfmpeg && (
        <div class="trouble" role="alert">
          <p>The node has no ffmpeg, so no timelapse can be made.</p>
          <p class="mend">
            on its machine, <code>tidemark doctor</code> says how to install it.
          </p>
        </div>
      )}
      <Trouble problem={problem} />
      {given !== null && sources !== null && <Form given={given} known={sources} />}
    </div>
  );
}
