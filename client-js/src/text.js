/** 128 random bits as text. */
export const random = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/**
 * RFC 4648, section 5, without padding.
 * @param {string} bytes each character is a byte
 */
export const base64url = (bytes) =>
  btoa(bytes).replace(/[+/=]/g, (char) => ({ '+': '-', '/': '_' })[char] ?? '');
