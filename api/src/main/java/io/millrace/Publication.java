package io.millrace;

import java.util.Optional;

/** Confirms that the broker has taken a message. Immutable. */
public final class Publication {

  private static final Publication UNNAMED = new Publication(Optional.empty());

  private final Optional<String> name;

  private Publication(Optional<String> name) {
    this.name = name;
  }

  /**
   * A publication whose message has a name.
   *
   * @param name the name
   * @return the publication
   */
  public static Publication named(String name) {
    return new Publication(Optional.of(name));
  }

  /** {@return a publication whose message has no name} */
  public static Publication unnamed() {
    return UNNAMED;
  }

  /**
   * {@return a name for the message, if the broker gives it one} It is for logs and tests; never
   * resume from it.
   */
  public Optional<String> name() {
    return name;
  }

  @Override
  public String toString() {
    return "Publication[" + name.orElse("unnamed") + "]";
  }
}
