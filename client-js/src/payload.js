// What travels is copied when it is given, as JSON or as bytes. What JSON has no type for is refused: it must
// not arrive as something else, nor be in the way of others.

/** @param {unknown} data */
const bytesOf = (data) => {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/**
 * Refuses functions, symbols, and objects of which JSON would keep nothing, as of a Blob, a Map or bytes.
 * @param {string} key
 * @param {any} value
 */
const check = (key, value) => {
  const [, type] = /** @type {string[]} */ (/ (\w+)/.exec({}.toString.call(value)));
  const prototype = type == 'Object' && Object.getPrototypeOf(value);
  const hidden = prototype && Object.getPrototypeOf(prototype) && !Object.keys(value)[0];
  if (!hidden && /^(Object|Array|String|Number|Boolean|Null|Undefined)$/.test(type)) return value;
  throw TypeError(`JSON has nothing for a ${type} (${key}): publish bytes, or what JSON has types for`);
};

/**
 * The body of a publish.
 * @param {object} fields
 * @param {unknown} data
 */
export const bodyOf = (fields, data) => {
  const bytes = bytesOf(data);
  const payload = bytes
    ? { base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) }
    : { data };
  const body = JSON.parse(JSON.stringify({ ...fields, ...payload }, check));
  if (!bytes && !('data' in body)) throw TypeError('JSON has nothing for undefined');
  // Without one, a repeat would be another message.
  body.key ??= crypto.getRandomValues(new Uint32Array(4)).join('-');
  return body;
};
