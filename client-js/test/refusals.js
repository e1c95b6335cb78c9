// What the real server refuses, according to docs/protocol.md.

const STATUS = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'transport-off': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
};
export const MOST_BYTES = 262_144;
export const MOST_CHANNELS = 100;
const MOST_EVENTS = 100;

export class Refusal extends Error {
  constructor(code, detail = code) {
    super(detail);
    this.code = code;
    this.status = STATUS[code];
  }
}

export const refuse = (wrong, detail, code = 'bad-request') => {
  if (wrong) throw new Refusal(code, detail);
};

const NAME = /^[\w-]+(\.[\w-]+)*$/;
const PATTERN = /^([\w-]+|\*)(\.([\w-]+|\*))*(\.\*\*)?$|^\*\*$/;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Null in JSON means that the field is absent. */
const given = (value) => value !== undefined && value !== null;

const checkText = (name, value, pattern = /^/) =>
  refuse(given(value) && !(typeof value === 'string' && pattern.test(value)), `${name} is wrong`);

/** A list may name the same twice. */
const checkList = (name, list, most) => {
  refuse(!Array.isArray(list) || list.length > 2 * most, `${name} must be an array of strings`);
  refuse(new Set(list).size > most, `At most ${most} ${name}`);
};

const checkEvent = (event) => {
  checkText('event', event, /^[^\r\n\0]{1,64}$/);
  refuse(/^(open|error)$|^millrace\.|\p{Cs}/u.test(event), `event ${event} is reserved or has half a character`);
};

const checkChannels = (channels) => {
  refuse(!channels?.length, 'channels is needed');
  checkList('channels', channels, MOST_CHANNELS);
  for (const name of channels) {
    refuse(typeof name !== 'string' || name.length > 200 || !PATTERN.test(name), `Not a channel: ${name}`);
  }
};

/** The refusal of an attach or a subscribe. */
export const checkSubscribe = ({ channels, last, events, cursor }, forbidden) => {
  checkChannels(channels);
  refuse(given(last) && !(Number.isInteger(last) && last >= 0 && last <= 1000), 'last is wrong');
  checkText('cursor', cursor);
  if (given(events)) {
    checkList('events', events, MOST_EVENTS);
    events.forEach(checkEvent);
  }
  const secret = channels.find((name) => forbidden.test(name));
  refuse(secret, `You may not read ${secret}.`, 'forbidden');
};

export const checkUnsubscribe = ({ channels }) => checkChannels(channels);

/** This server has no `plain`, so it refuses that too: the client must ask SSE for envelopes. */
export const checkFormat = (transport, format) =>
  refuse((format || (transport === 'sse' ? 'plain' : 'envelope')) !== 'envelope', 'format is wrong');

/** What an attach says about the client. */
export const checkClient = ({ client, maxRate }) => {
  checkText('client', client, /^[\w-]{8,64}$/);
  refuse(given(maxRate) && !(Number(maxRate) > 0), 'maxRate is wrong');
};

/** What a URL asks for; empty values count as absent. */
export const attachOf = (params) => {
  const list = (name) => params.get(name)?.split(',').filter((item, i, all) => item || all[1]);
  const last = params.get('last');
  return {
    channels: list('channels'),
    events: list('events'),
    cursor: params.get('cursor') || undefined,
    last: last ? (/^\d{1,9}$/.test(last) ? Number(last) : NaN) : undefined,
    format: params.get('format'),
    client: params.get('client') || undefined,
    presence: params.get('presence') || undefined,
    maxRate: params.get('maxRate') || undefined,
  };
};

/** Reads a JSON object in a body. */
export const jsonOf = (request, text, most) => {
  refuse(request.headers['content-type'] !== 'application/json', 'JSON is needed', 'unsupported-media-type');
  refuse(request.headers['content-encoding'], 'No coding is accepted', 'unsupported-media-type');
  refuse(Buffer.byteLength(text) > most, 'The body is too large', 'too-large');
  return objectOf(text);
};

export const objectOf = (text) => {
  let json;
  try {
    json = JSON.parse(text);
  } catch {}
  refuse(typeof json !== 'object' || !json || Array.isArray(json), 'Not a JSON object');
  return json;
};

/** Every command except `ping` needs an id. */
export const checkId = (id) =>
  refuse(!Number.isInteger(id) && !(typeof id === 'string' && id.length <= 64), 'id is needed');

export const checkPublish = ({ channel, data, base64, event, key, priority, replaces }, forbidden) => {
  refuse(typeof channel !== 'string' || channel.length > 200 || !NAME.test(channel), 'channel is wrong');
  refuse((data === undefined) === (base64 === undefined), 'one of data and base64 is needed');
  checkText('base64', base64, BASE64);
  if (given(event)) checkEvent(event);
  checkText('replaces', replaces, /^[\w-]{1,64}$/);
  checkText('key', key, /^[\w-]{1,64}$/);
  checkText('priority', priority, /^(high|normal|low)$/);
  refuse(forbidden.test(channel), `You may not publish to ${channel}.`, 'forbidden');
};
