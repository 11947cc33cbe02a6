import type { ComponentChildren } from 'preact';
import type { SourceKind } from '../api';
import { Field } from '../ui/field';
import type { Draft, Text } from './draft';
import { More } from './form-more';

export interface FormProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** What the node said of a field. */
  error: (field: string) => string | undefined;
  /** True: a source that is there already; its name and kind stay. */
  fixed: boolean;
}

/** What binds a text field to its member of the draft. */
export const bound = ({ draft, set }: FormProps, key: Text) => ({
  value: draft[key],
  onInput: (e: { currentTarget: HTMLInputElement }) => set({ [key]: e.currentTarget.value }),
  spellcheck: false,
  autocomplete: 'off' as const,
  autocapitalize: 'off' as const,
});

const kinds: { kind: SourceKind; name: string; hint: string }[] = [
  { kind: 'frames.index', name: 'A list of frames', hint: 'An address that answers with JSON' },
  { kind: 'frames.snapshot', name: 'A picture', hint: 'An address that answers with the newest' },
  { kind: 'frames.folder', name: 'A folder', hint: 'A camera uploads into it' },
];

/** The settings of a source: what most need first, the rest behind a click. */
export function SourceForm(props: FormProps) {
  const { draft, set, error, fixed } = props;
  return (
    <>
      {!fixed && (
        <fieldset class="kinds">
          <legend>What is captured</legend>
          {kinds.map(({ kind, name, hint }) => (
            <label key={kind}>
              <input type="radio" name="kind" checked={draft.kind === kind} onChange={() => set({ kind })} />
              <span>
                <strong>{name}</strong>
                <small>{hint}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="fields">
        {!fixed && (
          <Field label="Name" hint="Lower-case letters, digits and dashes." error={error('id')}>
            {(a) => <input {...a} {...bound(props, 'id')} autofocus required pattern="[a-z0-9][a-z0-9\-]{0,62}" placeholder="harbour" />}
          </Field>
        )}
        <Field label="Every" hint="How often it is asked." error={error('everySeconds')}>
          {(a) => (
            <div class="row">
              <input {...a} type="number" min="1" step="any" required autofocus={fixed} value={draft.every} onInput={(e) => set({ every: e.currentTarget.value })} />
              <select aria-label="Unit" value={draft.unit} onChange={(e) => set({ unit: e.currentTarget.value as Draft['unit'] })}>
                <option value="1">seconds</option>
                <option value="60">minutes</option>
                <option value="3600">hours</option>
              </select>
            </div>
          )}
        </Field>
        <Place {...props} />
      </div>
      {draft.kind === 'frames.index' && <Pointers {...props} />}
      <More {...props} />
    </>
  );
}

function Place(props: FormProps): ComponentChildren {
  const { draft, set, error } = props;
  if (draft.kind === 'frames.folder') {
    return (
      <>
        <Field class="whole" label="Folder" hint="On the machine that captures, from the root on." error={error('folder')}>
          {(a) => <input {...a} {...bound(props, 'folder')} class="mono" required pattern="/.*" placeholder="/srv/ftp/cam1" />}
        </Field>
        <Field class="whole" label="File names" hint="How they say the time. Empty: any form that is known, else when the file was written." error={error('namePattern')}>
          {(a) => <input {...a} {...bound(props, 'namePattern')} class="mono" placeholder="cam1_%Y%m%d_%H%M%S*.jpg" />}
        </Field>
        <label class="check whole">
          <input type="checkbox" checked={draft.keepFiles} onChange={(e) => set({ keepFiles: e.currentTarget.checked })} />
          Leave files in the folder once they are archived
        </label>
      </>
    );
  }

  const list = draft.kind === 'frames.index';
  return (
    <>
      <Field class="whole" label={list ? 'Address of its list' : 'Address of its picture'} hint={list ? 'Answers with JSON that lists the newest frames, or the newest one.' : 'Answers with a JPEG.'} error={error('url')}>
        {(a) => <input {...a} {...bound(props, 'url')} type="url" required placeholder={list ? 'https://cam.example/index.json' : 'https://cam.example/now.jpg'} />}
      </Field>
      {!list && (
        <Field class="whole" label="Its time" hint="Which instant a picture is filed under." error={error('timeFrom')}>
          {(a) => (
            <select {...a} value={draft.timeFrom} onChange={(e) => set({ timeFrom: e.currentTarget.value })}>
              <option value="">As the site says, else when it came</option>
              <option value="lastModified">Always as the site says (Last-Modified)</option>
              <option value="received">Always when it came</option>
            </select>
          )}
        </Field>
      )}
    </>
  );
}

function Pointers(props: FormProps) {
  const { error } = props;
  return (
    <fieldset>
      <legend>Where in the answer (JSON Pointers)</legend>
      <div class="fields four">
        <Field label="List" hint="From the top" error={error('index.list')}>
          {(a) => <input {...a} {...bound(props, 'list')} class="mono" />}
        </Field>
        <Field label="Time" hint="In a frame" error={error('index.time')}>
          {(a) => <input {...a} {...bound(props, 'time')} class="mono" />}
        </Field>
        <Field label="Image" hint="In a frame" error={error('index.image')}>
          {(a) => <input {...a} {...bound(props, 'image')} class="mono" />}
        </Field>
        <Field label="File name" hint="If it has one" error={error('index.name')}>
          {(a) => <input {...a} {...bound(props, 'name')} class="mono" placeholder="none" />}
        </Field>
      </div>
    </fieldset>
  );
}
