// A room is a channel. A message has an id of its own, so that the sender's copy and the one that
// comes back are recognized as the same, whatever happened in between.

import { byId, clock, el } from './dom.js';
import { encodeSegment } from '/live/millrace.js';
import { connect } from './page.js';
import { look, mayReturn, onOtherPages, signIn, signOut } from './visitor.js';

/** Labels by the names of channels. Any other room has the name that its visitors give it. */
const ROOMS = new Map([
  ['lobby', 'Lobby'],
  ['hangul', '한국어'],
  ['weather', 'Weather'],
  ['late-night', 'Late night'],
]);
const HUES = 8;
const MAX_SHOWN = 500;
const MAX_MEMBERS = 12;
/** A channel has at most 200 characters, with "chat." before the room; a room's letter takes up to five. */
const MAX_SEGMENT = 195;

const list = byId('messages');
const notice = byId('notice');
const text = byId('text');
const name = byId('name');

/** @type {Map<string, HTMLElement>} the messages that are shown, by id */
let shown = new Map();
/** @type {Set<string>} the ids of the messages that have not come back yet */
let pending = new Set();
/** @type {Set<Promise<void>>} what is being sent */
const sending = new Set();
/** @type {any} */
let live;
/** @type {any} */
let subscription;
let room = '';
let channel = '';
/** @type {any} */
let settling;

/** The visitor's name; empty for a guest. */
let me = '';

function stored() {
  try {
    return localStorage.getItem('millrace chat name');
  } catch {
    return '';
  }
}

/** @param {string} text a room's name as somebody typed it: with decomposed letters, perhaps, and repeated spaces */
const tidy = (text) => text.normalize('NFC').replace(/\s+/g, ' ').trim();

/** @param {string} hash */
function roomOf(hash) {
  try {
    const wanted = tidy(decodeURIComponent(hash.slice(1)));
    for (const [id, label] of ROOMS) if (label.toLowerCase() === wanted.toLowerCase()) return id;
    return wanted && encodeSegment(wanted).length <= MAX_SEGMENT ? wanted : 'lobby';
  } catch {
    return 'lobby';
  }
}

/** Goes where the address says. */
function follow() {
  const next = roomOf(location.hash);
  if (next !== room) enter(next);
}

/** @param {string} next */
function enter(next) {
  room = next;
  channel = 'chat.' + encodeSegment(room);
  subscription?.unsubscribe();
  subscription = undefined;
  clearInterval(settling);
  byId('empty').hidden = true;
  list.replaceChildren();
  shown = new Map();
  pending = new Set();
  byId('title').textContent = title();
  document.title = `${title()} · Millrace`;
  showRooms();
  byId('empty-room').textContent = title();
  listen();
  // The room is known to be empty only after the server has sent what it holds; then there is a cursor.
  settling = setInterval(() => {
    if (!subscription.cursor) return;
    clearInterval(settling);
    byId('empty').hidden = list.childElementCount > 0;
  }, 100);
}

/** Listens to the room; when the visitor was in it already, from where that has ended. */
function listen() {
  const { cursor } = subscription ?? {};
  subscription?.unsubscribe();
  // Only who has a name may know who else is there.
  const start = { ...(cursor ? { cursor } : { last: 50 }), presence: !!me };
  const now = (subscription = live.subscribe(channel, start, receive));
  showMembers();
  now.on('presence', ({ members, count }) => now === subscription && showMembers(members, count));
  // The session has ended.
  now.on('state', (state) => state === 'refused' && now === subscription && me && stay(true));
}

/** @param {{ user: string }[]} members @param {number} count */
function showMembers(members = [], count = 0) {
  const some = members.slice(0, MAX_MEMBERS);
  byId('here').replaceChildren(
    me ? (count ? count + ' here' : '') : 'Sign in to see who is here.',
    ...some.flatMap(({ user }) => [' ', el('bdi', { class: 'member', 'data-hue': hue(user) }, user)]),
    count > some.length && some.length ? ` and ${count - some.length} more` : '',
  );
}

const title = () => ROOMS.get(room) ?? room;

function showRooms() {
  const all = new Map(ROOMS).set(room, title());
  byId('rooms').replaceChildren(
    ...[...all].map(([id, label]) =>
      el('a', { href: '#' + encodeURIComponent(id), dir: 'auto', 'aria-current': id === room ? 'page' : null }, label),
    ),
  );
  byId('rooms').querySelector('[aria-current]').scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** @param {any} message whose sender the server knows; anybody can write any name into its data */
function receive({ from = '', data, time, cursor }) {
  // A message from another program may have no id.
  const id = String(data?.id ?? cursor);
  const mine = pending.has(id);
  if (shown.has(id) && !mine) return;
  pending.delete(id);
  shown.get(id)?.remove();
  append(id, from, String(data?.text ?? ''), time, ownIds.has(id));
}

/** @type {Set<string>} the ids of this page's own messages */
const ownIds = new Set();

/**
 * @param {string} id
 * @param {string} from a user's name; empty for a guest
 * @param {string} words
 * @param {number} [time] absent until the message has come back
 * @param {boolean} [own]
 */
function append(id, from, words, time, own) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const previous = list.lastElementChild;
  const item = el(
    'li',
    {
      class: 'message' + (own ? ' own' : '') + (time ? '' : ' pending'),
      'data-id': id,
      'data-from': from,
      'data-hue': from ? hue(from) : null,
      // Guests may be different people.
      'data-follows':
        !!(from || own) && previous?.dataset.from === from && previous?.classList.contains('own') === !!own,
    },
    from
      ? el('span', { class: 'from', dir: 'auto' }, from)
      : el('span', { class: 'from guest' }, 'Guest ', el('span', { class: 'tag' }, 'not signed in')),
    el('p', { class: 'words', dir: 'auto' }, words),
    el('time', {}, time ? clock(time) : 'sending…'),
  );
  shown.set(id, item);
  byId('empty').hidden = true;
  list.append(item);
  while (list.childElementCount > MAX_SHOWN) {
    shown.delete(list.firstElementChild.dataset.id);
    list.firstElementChild.remove();
  }
  if (atEnd || own) list.scrollTop = list.scrollHeight;
}

/** @param {string} from */
function hue(from) {
  let sum = 0;
  for (const char of from) sum = (sum * 31 + /** @type {number} */ (char.codePointAt(0))) % 9973;
  return sum % HUES;
}

/** @param {string} words */
function divide(words) {
  byId('empty').hidden = true;
  list.append(el('li', { class: 'divider' }, words));
  list.scrollTop = list.scrollHeight;
}

async function send() {
  const words = text.value.trim();
  if (!words) return;
  text.value = '';
  grow();
  const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
  ownIds.add(id);
  pending.add(id);
  append(id, me, words, undefined, true);
  const sent = live.publish(channel, { id, text: words });
  sending.add(sent);
  try {
    await sent;
  } catch (error) {
    const item = shown.get(id);
    item?.classList.add('failed');
    item?.querySelector('time')?.replaceChildren('not sent: ' + (error?.message ?? error));
  } finally {
    sending.delete(sent);
  }
}

function grow() {
  text.style.height = 'auto';
  text.style.height = text.scrollHeight + 2 + 'px';
}

byId('send').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
byId('join').addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = tidy(byId('room').value.toWellFormed?.() ?? byId('room').value);
  if (wanted) location.hash = encodeURIComponent(wanted);
  byId('room').value = '';
});
text.addEventListener('input', grow);
text.addEventListener('keydown', (event) => {
  // While a Hangul syllable is being composed, Enter belongs to the input method.
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
addEventListener('hashchange', follow);

/** Connects as whoever the visitor is now, because the server finds that out once for each connection. */
function reconnect() {
  const before = live;
  // What is being sent is sent.
  if (before) Promise.allSettled(sending).then(() => before.close());
  const now = (live = connect(me));
  let wasConnected = false;
  now.on('state', (state) => {
    if (now !== live) return;
    notice.hidden = state === 'connected' || !wasConnected;
    if (state === 'connected') {
      if (wasConnected) stay();
      wasConnected = true;
    }
    notice.textContent =
      state === 'paused'
        ? 'You are offline. Your messages will be sent when you are online again.'
        : 'The connection is lost; trying again. Your messages will be sent when it is back.';
  });
  now.on('gap', ({ reason }) => {
    if (now !== live) return;
    divide(
      reason === 'epoch'
        ? 'The server was restarted. Messages from just before may be missing.'
        : 'Some messages may be missing here.',
    );
  });
}

/** @param {string} who the visitor's name; empty for a guest */
function show(who) {
  me = who;
  byId('me').textContent = me;
  byId('sign-in').hidden = !!me;
  byId('sign-out').hidden = !me;
  byId('refused').hidden = true;
  if (!name.value) name.value = me || stored();
}

/** @param {string} who the visitor's name; empty for a guest */
function become(who) {
  show(who);
  reconnect();
  listen();
}

/**
 * While there was no connection, the server may have been restarted, or the session may have ended.
 *
 * @param {boolean} [refused] whether the connection is not the visitor's
 */
async function stay(refused) {
  try {
    const who = await look();
    if (who || !me) {
      if (who !== me || refused) become(who);
    } else if (mayReturn()) await signIn(me).then(become, returnAsGuest);
  } catch {
    // There is no connection again; the next one will do.
  }
}

/** @param {any} error why the visitor could not sign in again; another page of the same visitor may have been faster */
async function returnAsGuest(error) {
  become(await look());
  if (!me) refuse(error);
}

/** @param {any} error */
function refuse({ status, message }) {
  byId('refused').hidden = false;
  byId('refused').textContent = message;
  if (status !== 409) return;
  byId('refused').textContent = `${message} How about this one?`;
  name.value = name.value.trim().slice(0, 36) + ' ' + Math.floor(2 + Math.random() * 98);
  name.select();
}

byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const who = await signIn(name.value);
    try {
      localStorage.setItem('millrace chat name', who);
    } catch {
      // Without storage, the visitor writes the name again next time.
    }
    become(who);
    text.focus();
  } catch (error) {
    refuse(error);
  }
});
byId('sign-out').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await signOut();
    become('');
    name.focus();
  } catch (error) {
    refuse(error);
  }
});
onOtherPages(become);

show(await look().catch(() => ''));
reconnect();
follow();
// Only with a hardware keyboard; otherwise one would pop up over the messages.
if (matchMedia('(pointer: fine)').matches) text.focus();
