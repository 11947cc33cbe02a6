import { useStore } from '../ui/store';
import { clockOffset } from './clock';
import { link } from './node';

/** The instant up to which what is shown was true, while the node does not answer; null while it does. */
export const useAsOf = () => useStore(link, (l) => (l.kind === 'lost' ? Math.floor((l.since + clockOffset()) / 1000) * 1000 : null));
