/**
 * From a request to a reader, and what a client may do on the way.
 *
 * <p>{@link Mount} takes every request. {@link OriginPolicy} says whether a page may make it, and
 * {@link Bodies} reads its body. {@link Attaching} takes a client from its request to its
 * transport: {@link Admission} counts it, {@link AttachRequest} is what it asks for, {@link Access}
 * decides whether it may have that, and a {@link io.millrace.core.reader.Lease} holds it. What a
 * client takes on this way is its {@link Arrival}, which gives everything back if there is no
 * reader in the end. The transport makes one from its {@link ReaderAttachment}. {@link Commands}
 * carries out what a client sends on its connection. Failures become answers in {@link Problems}.
 * An {@link Audit} tells the application what was decided.
 *
 * <p>What is behind the mount is an {@link Engine}, which the node assembles.
 *
 * <p>Read {@link Mount}, {@link Attaching} and {@link ReaderAttachment} first, then {@link
 * AttachRequest}, {@link Access} and {@link Commands}. The limits come last: {@link Quotas}, {@link
 * Room}, {@link Receiving}.
 */
@NullMarked
package io.millrace.core.http;

import org.jspecify.annotations.NullMarked;
