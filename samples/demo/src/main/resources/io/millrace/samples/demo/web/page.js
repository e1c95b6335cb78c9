// The client, and the part of the header that shows how it is connected.

import { Millrace } from '/live/millrace.js';
import { byId, el } from './dom.js';
import { TECHNIQUES, labelOf } from './techniques.js';

const STATES = {
  idle: 'Not connected',
  connecting: 'Connecting…',
  connected: 'Connected',
  paused: 'Offline',
  closed: 'Closed',
};

/** The client that the header is about. @type {Millrace | undefined} */
let current;

/**
 * Connects, and shows in the header how. `?transport=sse` forces a technique; the visitor can choose one, too. A
 * page that connects once more gets another client, and closes the one before itself.
 *
 * All pages of the visitor share one connection, except those where the visitor has chosen a technique.
 *
 * @param {string} name the visitor's; empty for a guest
 * @returns {Millrace}
 */
export function connect(name) {
  const url = new URL(location.href);
  const known = TECHNIQUES.map(({ name }) => name);
  let forced = url.searchParams.get('transport') ?? '';
  if (!known.includes(forced)) forced = '';
  const wanted = () => (forced ? [forced] : known);

  const live = new Millrace('/live', { transports: wanted(), share: `visitor ${name}` });
  current = live;
  const now = el('output', { class: 'link-now', 'aria-live': 'polite' });
  const select = el(
    'select',
    { 'aria-label': 'Transport', id: 'transport' },
    el('option', { value: '' }, 'Automatic'),
    ...TECHNIQUES.map(({ name, label }) => el('option', { value: name }, label)),
  );
  select.value = forced;
  select.addEventListener('change', () => {
    forced = select.value;
    if (forced) url.searchParams.set('transport', forced);
    else url.searchParams.delete('transport');
    history.replaceState(null, '', url.pathname + url.search + location.hash);
    live.use(wanted());
    show();
  });

  const box = byId('link');
  const show = () => {
    if (live != current) return;
    const { state, transport } = live;
    box.dataset.state = state;
    box.dataset.transport = transport ?? '';
    now.textContent = state === 'connected' ? labelOf(transport) : STATES[state];
  };
  box.replaceChildren(el('span', { class: 'dot', 'aria-hidden': 'true' }), now, select);
  live.on('state', show);
  live.on('transport', show);
  live.on('error', (error) => console.warn('Millrace:', error));
  show();
  return live;
}
