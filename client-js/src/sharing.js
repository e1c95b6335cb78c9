/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */

/**
 * Lets a client read through the connection that all pages share, or by itself where that is not possible. The code
 * for that is loaded on demand.
 * @param {typeof api.Millrace} Millrace
 * @param {api.Millrace} live
 * @param {Client} client
 * @param {string} mount
 * @param {(api.TransportName | api.Transport)[]} transports
 */
export const sharing = async (Millrace, live, client, mount, transports) => {
  const loaded = import('./shared.js').then(({ share }) => share(Millrace, live, client, mount, transports));
  const those = await loaded.catch(() => transports);
  // The application may have chosen in the meantime.
  if (!client.negotiation.transports[0]) live.use(those);
};
