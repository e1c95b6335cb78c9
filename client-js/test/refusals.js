// What the real server refuses, according to docs/protocol.md.

const STATUS = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
};
export const MOST_BYTES = 262_144;

export class Refusal extends Error {
  constructor(code, detail = code) {
    super(detail);
    this.code = code;
    this.status = STATUS[code];
  }
}

const refuse = (wrong, detail, code = 'bad-request') => {
  if (wrong) throw new Refusal(code, detail);
};

const NAME = /^[\w-]+(\.[\w-]+)*$/;
const PATTERN = /^([\w-]+|\*)(\.([\w-]+|\*))*(\.\*\*)?$|^\*\*$/;

const eventsOf = (events) => {
  refuse(!Array.isArray(events) || events.length > 100, 'events is wrong');
  for (const event of events) eventOf(event);
};

const eventOf = (event) =>
  refuse(
    typeof event !== 'string' || !/^[^\r\n\0]{1,64}$/.test(event) || /^(open|error$|millrace\.)/.test(event),
    'event is wrong',
  );

/** The refusal of an attach or a subscribe. */
export const checkSubscribe = ({ channels, last, events, cursor }, forbidden) => {
  refuse(!Array.isArray(channels) || !channels.length, 'channels is needed');
  refuse(channels.length > 100, 'At most 100 channels');
  for (const name of channels) {
    refuse(typeof name !== 'string' || name.length > 200 || !PATTERN.test(name), `Not a channel: ${name}`);
  }
  refuse(last !== undefined && !(Number.isInteger(last) && last >= 0 && last <= 1000), 'last is wrong');
  refuse(cursor !== undefined && typeof cursor !== 'string', 'cursor is wrong');
  if (events !== undefined) eventsOf(events);
  const secret = channels.find((name) => forbidden.test(name));
  refuse(secret, `You may not read ${secret}.`, 'forbidden');
};

export const attachOf = (params) => {
  const list = (name) => params.get(name)?.split(',');
  const last = params.get('last');
  return {
    channels: list('channels'),
    events: list('events'),
    cursor: params.get('cursor') || undefined,
    last: last === null ? undefined : /^\d{1,4}$/.test(last) ? Number(last) : NaN,
  };
};

export const checkPublish = ({ channel, data, base64, event, key, priority }, forbidden) => {
  refuse(typeof channel !== 'string' || channel.length > 200 || !NAME.test(channel), 'channel is wrong');
  refuse((data === undefined) === (base64 === undefined), 'one of data and base64 is needed');
  refuse(base64 !== undefined && !/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64), 'base64 is wrong');
  if (event !== undefined) eventOf(event);
  refuse(key !== undefined && !/^[\w-]{1,64}$/.test(key), 'key is wrong');
  refuse(priority !== undefined && !/^(high|normal|low)$/.test(priority), 'priority is wrong');
  refuse(forbidden.test(channel), `You may not publish to ${channel}.`, 'forbidden');
};
