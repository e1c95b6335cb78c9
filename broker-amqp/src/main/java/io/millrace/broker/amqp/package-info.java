/**
 * Connects nodes by a broker that speaks AMQP 1.0: Artemis, RabbitMQ or ActiveMQ. Any program
 * publishes to the broker's topics as before, and browsers receive the messages.
 */
@NullMarked
package io.millrace.broker.amqp;

import org.jspecify.annotations.NullMarked;
