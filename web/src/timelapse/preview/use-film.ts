import { useEffect, useState } from 'preact/hooks';
import { Film, type Choice } from './film';

/** The film of a choice; another choice lets the one before go, with all that is under way for it. */
export function useFilm(choice: Choice | null): Film | null {
  const [film, setFilm] = useState<Film | null>(null);
  const key = choice === null ? '' : JSON.stringify({ ...choice, days: null });
  useEffect(() => {
    if (choice === null) return setFilm(null);
    let made: Film | null = null;
    // Typing changes the choice with every key.
    const timer = setTimeout(
      () => {
        made = new Film(choice);
        setFilm(made);
        void made.start(!matchMedia('(prefers-reduced-motion: reduce)').matches);
      },
      film === null ? 0 : 250,
    );
    return () => {
      clearTimeout(timer);
      made?.dispose();
    };
  }, [key]);
  return film;
}
