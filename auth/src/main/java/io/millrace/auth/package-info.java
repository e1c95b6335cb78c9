/**
 * Authenticators, which find out who clients are: {@link io.millrace.auth.JwtAuthenticator} by JSON
 * Web Tokens, {@link io.millrace.auth.SessionAuthenticator} by the session or user of the
 * application, and {@link io.millrace.auth.HookAuthenticator} by asking the application over HTTP.
 *
 * <p>A token goes through {@link io.millrace.auth.TokenHeader}, {@link io.millrace.auth.KeySet} and
 * {@link io.millrace.auth.Claims}. {@link io.millrace.auth.Jwks} keeps keys that a server
 * publishes. {@link io.millrace.auth.Fetch} is what asks other servers, within bounds.
 */
@NullMarked
package io.millrace.auth;

import org.jspecify.annotations.NullMarked;
