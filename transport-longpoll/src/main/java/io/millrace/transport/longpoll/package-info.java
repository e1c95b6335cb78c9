/** Carries messages over long polling and polling. */
@NullMarked
package io.millrace.transport.longpoll;

import org.jspecify.annotations.NullMarked;
