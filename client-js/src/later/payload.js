/** @import { Post } from '../internal.js' */
import { random } from '../text.js';

// A payload is copied as soon as it is given, as JSON or as bytes. A value that JSON has no type for is refused:
// it must not arrive as something else, nor hold up other messages.

/** @param {unknown} data */
const bytesOf = (data) => {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/**
 * Refuses functions, symbols, and objects whose contents JSON would lose: a Blob, a Map or bytes, for example.
 * @param {string} key
 * @param {any} value
 */
const check = (key, value) => {
  const [, type] = /** @type {string[]} */ (/ (\w+)/.exec({}.toString.call(value)));
  const prototype = type == 'Object' && Object.getPrototypeOf(value);
  const hidden = prototype && Object.getPrototypeOf(prototype) && !Object.keys(value)[0];
  if (!hidden && /^(Object|Array|String|Number|Boolean|Null|Undefined)$/.test(type)) return value;
  throw TypeError(`JSON has no type for a ${type} (${key}): publish bytes, or values that JSON has a type for`);
};

/**
 * The body of a publish. If the payload was copied when it was given, it may have changed since then.
 * @param {Post} post
 * @returns {object}
 */
export const bodyOf = ({ channel, options, data, copy }) => {
  const bytes = bytesOf(copy) ?? bytesOf(data);
  const payload = bytes
    ? { base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) }
    : { data };
  const body = JSON.parse(JSON.stringify({ ...options, channel, ...payload }, check));
  if (!bytes && !('data' in body)) throw TypeError('JSON has no type for undefined');
  if (typeof copy == 'string') body.data = JSON.parse(copy);
  // Without a key, the message would be published again when it is sent again.
  body.key ??= random();
  return body;
};
