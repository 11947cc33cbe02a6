import type { Asset, Frame, Source } from '../api';
import { Mounted, useDecoded } from '../ui/picture';
import { utcFull } from '../ui/time';
import { parseCrop } from './crop';

interface Props {
  layout: 'single' | 'quad';
  chosen: string[];
  sources: Source[];
  crop: string;
  sidebar: Asset | null;
  onChoose: (place: number, id: string) => void;
}

const places = ['1st', '2nd', '3rd', '4th'];
const corners = ['top left', 'top right', 'bottom left', 'bottom right'];

/** The picture as the timelapse will be laid out, made of the sources' newest frames. */
export function Arrangement(props: Props) {
  const slots = props.layout === 'quad' ? 4 : 1;
  const first = props.sources.find((s) => s.id === props.chosen[0])?.newest;
  const shape = (size: { width: number | null; height: number | null } | null | undefined) => (size?.width && size.height ? size.width / size.height : 16 / 9);
  return (
    <div class="arrangement" data-layout={props.layout}>
      <div class="quads" style={{ flexGrow: String(shape(first)) }}>
        {Array.from({ length: slots }, (_, i) => (
          <div class="quad" key={i}>
            <Preview frame={props.sources.find((s) => s.id === props.chosen[i])?.newest ?? null} crop={props.crop} />
            <label>
              <span>{slots === 4 ? <span title={corners[i]}>{places[i]}</span> : 'Source'}</span>
              <select aria-label={slots === 4 ? `${places[i]} source, ${corners[i]}` : 'Source'} value={props.chosen[i] ?? ''} onChange={(e) => props.onChoose(i, e.currentTarget.value)} required>
                <option value="">Choose …</option>
                {props.sources.map((s) => (
                  <option key={s.id} value={s.id}>
                    {s.id}
                  </option>
                ))}
              </select>
            </label>
          </div>
        ))}
      </div>
      {props.sidebar !== null && (
        <div class="sidebar-place" style={{ flexGrow: String(shape(props.sidebar)) }}>
          <span>{props.sidebar.name}</span>
        </div>
      )}
    </div>
  );
}

function Preview({ frame, crop }: { frame: Frame | null; crop: string }) {
  const picture = useDecoded(frame);
  const cut = parseCrop(crop);
  const shown = picture.frame;
  const percent = (part: number, whole: number) => `${(part / whole) * 100}%`;
  return (
    <div class="preview" style={shown ? { aspectRatio: `${shown.width} / ${shown.height}` } : {}}>
      <Mounted image={frame ? picture.image : null} alt={shown ? `Newest frame of ${shown.source}, ${utcFull(Date.parse(shown.time))}` : ''} />
      {frame && shown && cut && (
        <i
          class="cut"
          aria-hidden="true"
          style={{
            left: percent(cut.x, shown.width),
            top: percent(cut.y, shown.height),
            width: percent(cut.width, shown.width),
            height: percent(cut.height, shown.height),
          }}
        />
      )}
    </div>
  );
}
