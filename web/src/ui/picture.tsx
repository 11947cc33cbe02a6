import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Frame } from '../api';

export interface Decoded {
  /** The frame whose picture is on the screen: labels follow it, not the one that is wanted. */
  frame: Frame | null;
  image: HTMLImageElement | null;
  loading: boolean;
  failed: boolean;
}

/** Loads and decodes a frame's picture before it takes the place of the one shown, so nothing flickers. */
export function useDecoded(wanted: Frame | null, again = 0): Decoded {
  const [state, setState] = useState<Decoded>({ frame: null, image: null, loading: wanted !== null, failed: false });
  const url = wanted?.url ?? null;
  useEffect(() => {
    if (!wanted) {
      setState({ frame: null, image: null, loading: false, failed: false });
      return;
    }
    // Trying again is for what is not shown yet.
    if (state.frame?.url === wanted.url) return;
    let gone = false;
    const image = new Image();
    image.decoding = 'async';
    image.src = wanted.url;
    setState((s) => ({ ...s, loading: true, failed: false }));
    image.decode().then(
      () => gone || setState({ frame: wanted, image, loading: false, failed: false }),
      () => gone || setState((s) => ({ ...s, loading: false, failed: true })),
    );
    return () => {
      gone = true;
    };
  }, [url, again]);
  return state;
}

/** Puts a decoded picture on the page as it is; swapping the element is one step, without a blank between. */
export function Mounted({ image, alt }: { image: HTMLImageElement | null; alt: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!image) place.current?.replaceChildren();
    else if (place.current?.firstChild !== image) place.current?.replaceChildren(image);
  }, [image]);
  useLayoutEffect(() => {
    if (image) image.alt = alt;
  }, [image, alt]);
  return <div class="mounted" ref={place} />;
}
