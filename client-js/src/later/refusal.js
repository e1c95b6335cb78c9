/** @import { Client } from '../client.js' */

// Millrace's own codes: those that refuse for good, those that ask to try again, and the others. They arrive in
// error frames, and over HTTP in problems (RFC 9457). An answer from anything in between has none of them.
const CODE =
  /^((bad-request|unauthorized|forbidden|conflict|too-large|unsupported-media-type)|(rate-limited|unavailable|request-timeout|timeout)|not-found|transport-off|method-not-allowed|upgrade-required|internal)$/;

/** @param {any} error */
export const own = (error) => CODE.exec(error?.code) ?? [];

/**
 * Whether Millrace itself has refused for good. With another token, it may not refuse again.
 * @param {Client} client
 * @param {any} error
 */
export const isFinal = ({ tokens }, error) => {
  const [code, , refuses] = own(error);
  return refuses && !(code == 'unauthorized' && tokens.renewable);
};
