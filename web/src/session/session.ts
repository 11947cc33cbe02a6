import { api, Problem } from '../api';
import { createStore } from '../ui/store';
import { parse, route } from '../route';

/** Why the last sign-in was refused, in words. */
export const refusal = createStore<Problem | null>(null);

/** Exchanges a token for the session cookie. The token itself is kept nowhere. */
export async function signIn(token: string): Promise<boolean> {
  try {
    await api.signIn(token);
    refusal.set(null);
    return true;
  } catch (reason) {
    refusal.set(reason instanceof Problem ? reason : new Problem(0, '', String(reason)));
    return false;
  }
}

/** Takes a token out of the address before anything else can see it, and signs in with it. */
export async function takeToken(): Promise<void> {
  const found = /^#token=([^&]+)(?:&to=(.*))?$/.exec(location.hash);
  if (!found?.[1]) return;
  history.replaceState(null, '', location.pathname + (found[2] ? `#${decodeURIComponent(found[2])}` : '#/'));
  route.set(parse(location.hash));
  await signIn(decodeURIComponent(found[1]));
}

// A token pasted into the address of a page that is already open.
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) void takeToken().then(() => location.reload());
});
