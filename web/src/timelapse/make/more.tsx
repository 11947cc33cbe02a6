import type { Asset, Format, Frame, Source } from '../../api';
import { Field } from '../../ui/field';
import { Part } from '../../ui/part';
import { cropBeyond, cropTrouble } from './crop';
import type { Draft } from './draft';
import { SidebarFile } from './sidebar-file';

export interface MoreProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  error: (field: string) => string | undefined;
  first: Source | undefined;
  /** The newest of each source, by place. */
  pictures: readonly (Frame | null)[];
  sidebar: Asset | null;
  onSidebar: (asset: Asset | null) => void;
}

export const formats: Record<Format, { name: string; presets: readonly string[]; crf: number; depths: readonly number[]; parameters: boolean }> = {
  mp4: { name: 'MP4 (H.264): plays everywhere', ...x26(), depths: [8, 10] },
  h265: { name: 'MP4 (H.265): smaller', ...x26(), depths: [8, 10, 12] },
  av1: { name: 'MP4 (AV1): smallest, slow to make', presets: Array.from({ length: 12 }, (_, i) => String(i + 2)), crf: 63, depths: [8, 10], parameters: false },
  webm: { name: 'WebM (VP9)', presets: ['0', '1', '2', '3', '4', '5'], crf: 63, depths: [8, 10], parameters: false },
  gif: { name: 'GIF: for small ones', presets: [], crf: 0, depths: [8], parameters: false },
};

function x26() {
  return { presets: ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow'], crf: 51, parameters: true };
}

/** What few timelapses need: what of the pictures is shown, and how it is encoded. Each line says what it holds. */
export function More(props: MoreProps) {
  return (
    <div class="more">
      <Pictures {...props} />
      <Encoding {...props} />
    </div>
  );
}

function Pictures({ draft, set, error, first, pictures, sidebar, onSidebar }: MoreProps) {
  const picture = pictures[0] ?? null;
  const cropError = cropTrouble(draft.crop, pictures.length) ?? error('crop');
  const beyond = cropBeyond(draft.crop, pictures);
  const held = [
    draft.crop.trim() && `cut to ${draft.crop.trim()}`,
    draft.size.trim(),
    draft.daylight && 'by day',
    draft.missing === 'skip' ? 'gaps left out' : draft.missing === 'slate' && 'gaps grey',
    draft.deflicker && 'without flicker',
    sidebar && 'sidebar',
  ].filter(Boolean);
  return (
    <Part
      title="More choices"
      value={held.join(', ') || 'crop, size, daylight, gaps, sidebar'}
      wrong={cropError !== undefined || ['size', 'fit', 'daylight', 'missing', 'deflicker', 'sidebar'].some((field) => error(field) !== undefined)}
    >
      <div class="fields">
        <Field label="Crop" hint={beyond ? <span class="late">{beyond}</span> : 'WxH+X+Y of each picture; each its own with commas. Empty: all of it.'} error={cropError}>
          {(a) => <input {...a} {...words} class="mono" value={draft.crop} placeholder={picture ? `${picture.width}x${picture.height}+0+0` : ''} onInput={(e) => set({ crop: e.currentTarget.value })} />}
        </Field>
        <Field label="Size of each picture" hint="WxH. Empty: the first source’s." error={error('size')}>
          {(a) => <input {...a} {...words} class="mono" value={draft.size} placeholder="1280x720" onInput={(e) => set({ size: e.currentTarget.value })} />}
        </Field>
        <Field label="Pictures of another shape" error={error('fit')}>
          {(a) => (
            <select {...a} value={draft.fit} onChange={(e) => set({ fit: e.currentTarget.value as Draft['fit'] })}>
              <option value="bars">Whole, with bars</option>
              <option value="fill">Fill, cut off at the sides</option>
              <option value="stretch">Stretch</option>
            </select>
          )}
        </Field>
        <Field label="Where frames are missing" error={error('missing')}>
          {(a) => (
            <select {...a} value={draft.missing} onChange={(e) => set({ missing: e.currentTarget.value as Draft['missing'] })}>
              <option value="hold">Hold the last one</option>
              <option value="skip">Leave the picture out</option>
              <option value="slate">Show a grey field</option>
            </select>
          )}
        </Field>
      </div>
      <label class="check">
        <input type="checkbox" checked={draft.daylight} onChange={(e) => set({ daylight: e.currentTarget.checked })} />
        Only while the sun is up{first ? ` at ${first.id}` : ''}
      </label>
      {error('daylight') !== undefined ? (
        <p class="hint bad">{error('daylight')}</p>
      ) : (
        draft.daylight && first?.daylight === null && <p class="hint late">It is not known where {first.id} stands: its settings say it, under “Hours and daylight”.</p>
      )}
      <label class="check">
        <input type="checkbox" checked={draft.deflicker} onChange={(e) => set({ deflicker: e.currentTarget.checked })} />
        Even out brightness from picture to picture
      </label>
      <SidebarFile asset={sidebar} onAsset={onSidebar} />
      {error('sidebar') !== undefined && <p class="hint bad">{error('sidebar')}</p>}
    </Part>
  );
}

function Encoding({ draft, set, error }: MoreProps) {
  const format = formats[draft.format];
  const change = (to: Format) =>
    // What the other format does not know is let go.
    set({ format: to, preset: formats[to].presets.includes(draft.preset) ? draft.preset : '', depth: formats[to].depths.includes(Number(draft.depth)) ? draft.depth : '8', ...(formats[to].crf === 0 ? { crf: '' } : {}), ...(formats[to].parameters ? {} : { parameters: '' }) });
  const held = [format.name.split(':')[0], draft.preset, draft.crf && `crf ${draft.crf}`, draft.depth !== '8' && `${draft.depth} bits`, draft.parameters].filter(Boolean);
  return (
    <Part title="Format" value={held.join(', ')} wrong={['format', 'preset', 'crf', 'depth', 'parameters'].some((field) => error(field) !== undefined)}>
      <div class="fields">
        <Field class="whole" label="File" error={error('format')}>
          {(a) => (
            <select {...a} value={draft.format} onChange={(e) => change(e.currentTarget.value as Format)}>
              {Object.entries(formats).map(([word, { name }]) => (
                <option key={word} value={word}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        {format.presets.length > 0 && (
          <Field label="Preset" hint="Slower ones make smaller files." error={error('preset')}>
            {(a) => (
              <select {...a} value={draft.preset} onChange={(e) => set({ preset: e.currentTarget.value })}>
                <option value="">As usual</option>
                {format.presets.map((preset) => (
                  <option key={preset} value={preset}>
                    {preset}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {format.crf > 0 && (
          <Field label="Quality (crf)" hint={`1 is best, ${format.crf} smallest.`} error={error('crf')}>
            {(a) => <input {...a} type="number" min="1" max={format.crf} step="any" placeholder="as usual" value={draft.crf} onInput={(e) => set({ crf: e.currentTarget.value })} />}
          </Field>
        )}
        {format.depths.length > 1 && (
          <Field label="Bits a sample" hint="More than 8 is not shown everywhere." error={error('depth')}>
            {(a) => (
              <select {...a} value={draft.depth} onChange={(e) => set({ depth: e.currentTarget.value })}>
                {format.depths.map((depth) => (
                  <option key={depth} value={String(depth)}>
                    {depth}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {format.parameters && (
          <Field label="Encoder parameters" hint="name=value:name=value" error={error('parameters')}>
            {(a) => <input {...a} {...words} class="mono" value={draft.parameters} placeholder="none" onInput={(e) => set({ parameters: e.currentTarget.value })} />}
          </Field>
        )}
      </div>
    </Part>
  );
}

const words = { spellcheck: false, autocomplete: 'off', autocapitalize: 'off' } as const;
