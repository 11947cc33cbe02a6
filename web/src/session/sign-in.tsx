import { useState } from 'preact/hooks';
import { connect } from '../live/node';
import { Command } from '../ui/command';
import { useStore } from '../ui/store';
import { refusal, signIn } from './session';

/** Takes a token out of whatever was pasted: the bare token or the whole address. */
const tokenIn = (text: string) => /#token=([^&\s]+)/.exec(text)?.[1] ?? text.trim();

export function SignIn() {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const refused = useStore(refusal, (r) => r);
  const submit = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    if (await signIn(decodeURIComponent(tokenIn(text)))) connect();
    setBusy(false);
  };
  return (
    <section class="sheet sign-in" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">Sign in</h1>
      <p>
        This page opens only with a token from the machine that runs the node. There, run this and open the address it
        prints:
      </p>
      <Command text="tidemark page" />
      <form onSubmit={submit}>
        <label for="token">Or paste the token or the whole address here</label>
        <div class="row">
          <input
            id="token"
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            value={text}
            onInput={(e) => setText(e.currentTarget.value)}
            aria-describedby={refused ? 'token-refused' : undefined}
            aria-invalid={refused !== null}
          />
          <button class="primary" disabled={busy || text.trim() === ''}>
            Sign in
          </button>
        </div>
        <p id="token-refused" class="bad" role="alert">
          {refused && `${refused.message} ${refused.mend ?? ''}`}
        </p>
      </form>
    </section>
  );
}
