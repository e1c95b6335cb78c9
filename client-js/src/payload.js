// What travels is copied when it is given, as JSON or as bytes. What JSON cannot hold is refused: it must
// not arrive as something else, nor be in the way of others.

/** @param {unknown} data */
const bytesOf = (data) => {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/**
 * Objects of which JSON would keep nothing, as of a Blob or a Map, or not the bytes.
 * @param {string} key
 * @param {any} value
 */
const check = (key, value) => {
  if (!value || typeof value != 'object' || Array.isArray(value)) return value;
  const prototype = Object.getPrototypeOf(value);
  const plain = !prototype || !Object.getPrototypeOf(prototype);
  if (plain || (Object.keys(value).length && !ArrayBuffer.isView(value))) return value;
  throw TypeError(`A ${prototype.constructor.name} cannot travel as JSON: publish its bytes, or a plain object`);
};

/**
 * The body of a publish.
 * @param {object} fields
 * @param {unknown} data
 */
export const bodyOf = (fields, data) => {
  const bytes = bytesOf(data);
  if (bytes) {
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    return JSON.parse(JSON.stringify({ ...fields, base64 }));
  }
  const body = JSON.parse(JSON.stringify({ ...fields, data }, check));
  if (!('data' in body)) throw TypeError(`A value of type ${typeof data} cannot travel as JSON`);
  return body;
};
