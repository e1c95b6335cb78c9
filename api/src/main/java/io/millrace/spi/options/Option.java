package io.millrace.spi.options;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One option: its key, its bounds and its value. Bounds and default belong to its declaration. Not
 * safe for use by several threads.
 *
 * @param <V> the type of its values
 */
public final class Option<V> {

  private final String key;
  private final Form<V> form;
  private long least = Long.MIN_VALUE;
  private long most = Long.MAX_VALUE;
  private boolean zeroAllowed;
  private Consumer<V> rules = any -> {};
  private Optional<V> value = Optional.empty();

  Option(String key, Form<V> form) {
    this.key = key;
    this.form = form;
  }

  /**
   * Declares the lowest value.
   *
   * @param bound a number; for a time, in milliseconds
   * @return this
   */
  public Option<V> atLeast(long bound) {
    least = bound;
    return this;
  }

  /**
   * Declares the highest value.
   *
   * @param bound a number; for a time, in milliseconds
   * @return this
   */
  public Option<V> atMost(long bound) {
    most = bound;
    return this;
  }

  /**
   * Declares that zero is allowed, even if it is out of bounds.
   *
   * @return this
   */
  public Option<V> orZero() {
    zeroAllowed = true;
    return this;
  }

  /**
   * Declares what else a value must fulfil, besides the rules declared before.
   *
   * @param rule throws an {@link IllegalArgumentException} that names the option and says what is
   *     allowed
   * @return this
   */
  public Option<V> check(Consumer<V> rule) {
    rules = rules.andThen(rule);
    return this;
  }

  /**
   * Declares the default. Without it, the option has no value until it is set.
   *
   * @param first the default
   * @return this
   */
  public Option<V> initially(V first) {
    value = Optional.of(first);
    return this;
  }

  /**
   * Sets the value.
   *
   * @param chosen the value
   * @throws IllegalArgumentException if it is out of bounds; the message has the option's key, the
   *     value and the bound
   */
  public void set(V chosen) {
    form.size(key, chosen).ifPresent(this::checkBounds);
    rules.accept(chosen);
    value = Optional.of(form.copy(chosen));
  }

  private void checkBounds(long size) {
    if (size == 0 && zeroAllowed) {
      return;
    }
    if (size < least) {
      throw new IllegalArgumentException(key + " must be at least " + least + ", not " + size);
    }
    if (size > most) {
      throw new IllegalArgumentException(key + " must be at most " + most + ", not " + size);
    }
  }

  /**
   * {@return the value of an option that has a default}
   *
   * @throws java.util.NoSuchElementException if it has no value
   */
  public V get() {
    return value.orElseThrow();
  }

  /** {@return the value, or empty if it has no default and was not set} */
  public Optional<V> value() {
    return value;
  }

  void write(JsonObject json) {
    value.ifPresent(v -> json.put(key, form.write(v)));
  }

  /** The other one is declared in the same way, so its values have the same type. */
  @SuppressWarnings("unchecked")
  void copy(Option<?> other) {
    value = ((Option<V>) other).value.map(form::copy);
  }
}
