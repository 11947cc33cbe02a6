import { Field } from '../ui/field';
import { Part } from '../ui/part';
import { ZoneList } from '../ui/zones';
import { configOf } from './draft';
import { bound, type FormProps } from './form';
import { hoursInWords, keptInWords } from './words';

/** What few sources need: hours, keeping, networks. Each says in its line what it holds. */
export function More(props: FormProps) {
  const { draft, set, error } = props;
  const config = configOf(draft);
  const half = (draft.latitude.trim() === '') !== (draft.longitude.trim() === '');
  return (
    <>
      <Part title="Hours and daylight" value={hoursInWords(config) ?? 'round the clock'} open={half} wrong={['zone', 'window', 'daylight', 'daylight.marginMinutes', 'daylight.atLeast', 'jitterSeconds', 'expectedFrames'].some(error)}>
        <div class="fields">
          <Field label="Only in these hours" hint="Several with commas; over midnight too." error={error('window')}>
            {(a) => <input {...a} {...bound(props, 'window')} placeholder="06:00-20:00" />}
          </Field>
          <Field label="Time zone" hint="Of these hours, and of times without an offset. Empty: UTC." error={error('zone')}>
            {(a) => (
              <>
                <input {...a} {...bound(props, 'zone')} list="zones" placeholder="Europe/Lisbon" />
                <ZoneList id="zones" />
              </>
            )}
          </Field>
          <Field label="By day at latitude" hint="North positive. Empty: at night too." error={error('daylight')}>
            {(a) => <input {...a} {...bound(props, 'latitude')} type="number" min="-90" max="90" step="any" required={half} placeholder="38.69" />}
          </Field>
          <Field label="and longitude" hint="East positive.">
            {(a) => <input {...a} {...bound(props, 'longitude')} type="number" min="-180" max="180" step="any" required={half} placeholder="-9.42" />}
          </Field>
          {config.daylight && (
            <>
              <Field label="Minutes around it" hint="Before sunrise and after sunset." error={error('daylight.marginMinutes')}>
                {(a) => <input {...a} {...bound(props, 'margin')} type="number" min="-120" max="240" placeholder="0" />}
              </Field>
              <Field label="But at least" hint="Whatever the sun does; in UTC." error={error('daylight.atLeast')}>
                {(a) => <input {...a} {...bound(props, 'atLeast')} placeholder="04:00-13:00" />}
              </Field>
            </>
          )}
          <Field label="Frames a day" hint="You are told when fewer come." error={error('expectedFrames')}>
            {(a) => <input {...a} {...bound(props, 'expected')} type="number" min="1" max="86400" placeholder="not known" />}
          </Field>
          <Field label="Jitter, in seconds" hint="Moves it off the full minute, by up to this." error={error('jitterSeconds')}>
            {(a) => <input {...a} {...bound(props, 'jitter')} type="number" min="0" placeholder="0" />}
          </Field>
        </div>
      </Part>
      <Part title="Keeping and crops" value={[keptInWords(config) ?? 'everything is kept', config.crops && `${config.crops.length} cut out`].filter(Boolean).join(', ')} wrong={['keepDays', 'keepBytes', 'crops'].some(error)}>
        <div class="fields">
          <Field label="Keep for days" hint="Older days go by themselves. Empty: for ever." error={error('keepDays')}>
            {(a) => <input {...a} {...bound(props, 'keepDays')} type="number" min="1" max="36500" placeholder="for ever" />}
          </Field>
          <Field label="Keep at most, in GiB" hint="The oldest days go first." error={error('keepBytes')}>
            {(a) => <input {...a} {...bound(props, 'keepGiB')} type="number" min="0" step="any" placeholder="all" />}
          </Field>
          <Field class="whole" label="Cut out of each frame" hint="Without loss, beside the frame: WxH+X+Y; f after a side forces it." error={error('crops')}>
            {(a) => <input {...a} {...bound(props, 'crops')} class="mono" placeholder="640x480+0+120" />}
          </Field>
        </div>
      </Part>
      {draft.kind !== 'frames.folder' && (
        <Part title="Hosts and networks" value={[config.allowedHosts.join(', '), config.privateNetwork && 'private network'].filter(Boolean).join(', ') || 'its own host'} wrong={error('allowedHosts') !== undefined}>
          <Field label="Other hosts its pictures may come from" hint="Its own host always may. Separate with commas." error={error('allowedHosts')}>
            {(a) => <input {...a} {...bound(props, 'hosts')} />}
          </Field>
          <label class="check">
            <input type="checkbox" checked={draft.privateNetwork} onChange={(e) => set({ privateNetwork: e.currentTarget.checked })} />
            It lies in a private network or on this machine
          </label>
        </Part>
      )}
    </>
  );
}
