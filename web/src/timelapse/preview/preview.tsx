import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Asset } from '../../api';
import { typing } from '../../ui/keys';
import { counted } from '../../ui/numbers';
import { useStore } from '../../ui/store';
import { filmLength, utcFull } from '../../ui/time';
import { Trouble } from '../../ui/trouble';
import type { Length } from '../make/length';
import { idle, samplesASecond, type Film } from './film';
import { paint, sizeOf, upright, type Look } from './paint';

interface Props {
  film: Film | null;
  look: Look;
  length: Length | null;
  /** Why there is nothing to see; null where there is. */
  empty: string | null;
  notes: readonly string[];
}

/** The archived frames as they will be in the film, before anything is encoded. */
export function Preview({ film, look: wantedLook, length, empty, notes }: Props) {
  const state = useStore(film?.look ?? idle, (l) => l);
  const { instants, shown, wanted, playing, loaded } = state;
  const canvas = useRef<HTMLCanvasElement>(null);
  const at = instants[shown] ?? null;
  const look = upright(wantedLook, film?.cell(shown, 0) ?? null);
  const painted = useRef(false);
  useLayoutEffect(() => {
    if (!film || !canvas.current || at === null) return;
    paint(canvas.current, Array.from({ length: 4 }, (_, place) => film.cell(shown, place)), look, at);
    painted.current = true;
  });

  // All of its pictures go at its own pace, a part of them at one that can be watched.
  const whole = length !== null && state.counted === instants.length && instants.length > 0;
  const speed = whole ? Math.min(60, length.fps) : samplesASecond;
  useEffect(() => film?.setSpeed(speed), [film, speed]);
  const toggle = () => (playing ? film?.pause() : film?.play(speed));
  const latest = useRef(toggle);
  latest.current = toggle;
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.key !== ' ' || typing(e)) return;
      e.preventDefault();
      latest.current();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);

  const size = sizeOf(look);
  const words = at === null ? '' : utcFull(at);
  return (
    <section class="film" aria-label="Preview" data-pictures={instants.length} data-loaded={loaded}>
      <div class="film-stage" data-empty={at === null} style={{ aspectRatio: `${size.width} / ${size.height}` }}>
        <canvas ref={canvas} role="img" aria-label={at === null ? 'Preview' : `Preview: the picture of ${words}`} data-at={at === null ? undefined : new Date(at).toISOString()} hidden={empty !== null} />
        {empty !== null && <span class="stage-empty">{empty}</span>}
        {/* Until another choice's first picture is there, the one before stands. */}
        {empty === null && at === null && state.problem === null && (
          <span class={painted.current ? 'stage-note' : 'stage-empty'}>{instants.length > 0 && loaded === instants.length ? 'None of these frames can be shown.' : 'Looking for frames …'}</span>
        )}
      </div>
      <div class="film-controls">
        <button type="button" class="play" onClick={toggle} disabled={empty !== null || instants.length < 2} title="Space">
          {playing ? 'Pause' : 'Play'}
        </button>
        <input
          type="range"
          min={0}
          max={Math.max(0, instants.length - 1)}
          value={wanted}
          disabled={empty !== null || instants.length < 2}
          aria-label="Picture of the preview"
          aria-valuetext={words}
          style={{ '--loaded': instants.length === 0 ? '0%' : `${(loaded / instants.length) * 100}%` }}
          onInput={(e) => film?.seek(Number(e.currentTarget.value))}
        />
        <time dateTime={at === null ? undefined : new Date(at).toISOString()}>{empty === null && at !== null ? words.slice(0, 16) : ''}</time>
      </div>
      <p class="film-facts">
        {empty === null && length && (
          <>
            <strong>
              {length.exact ? '' : 'About '}
              {filmLength(length.milliseconds)}
            </strong>{' '}
            long, {counted(length.pictures, 'picture')} of {size.width}×{size.height}
            <span class="faint">{whole || instants.length === 0 ? '' : `; here are ${instants.length} of them`}</span>
          </>
        )}
      </p>
      {state.lost > 0 && <p class="hint late">{counted(state.lost, 'picture')} did not load.</p>}
      {empty === null && notes.map((note) => <p class="hint" key={note}>{note}</p>)}
      <Trouble problem={state.problem} />
    </section>
  );
}

/** The first picture of a sidebar, which stands still in the preview. */
export function useSidebarPicture(asset: Asset | null): CanvasImageSource | null {
  const [picture, setPicture] = useState<HTMLVideoElement | null>(null);
  useEffect(() => {
    setPicture(null);
    if (!asset) return;
    const video = document.createElement('video');
    video.muted = true;
    video.preload = 'auto';
    video.onloadeddata = () => setPicture(video);
    video.src = asset.url;
    return () => {
      video.onloadeddata = null;
      video.removeAttribute('src');
      video.load();
    };
  }, [asset?.id]);
  return picture;
}
