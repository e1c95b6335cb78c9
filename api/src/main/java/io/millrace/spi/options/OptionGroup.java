package io.millrace.spi.options;

import static java.util.Objects.requireNonNull;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Options that belong together. In JSON, they are an object with one key for each option or group.
 * Not safe for use by several threads.
 */
public final class OptionGroup {

  private static final Form<JsonObject> OBJECT =
      Form.object(json -> json, json -> json, JsonObject::copy);

  private final String name;
  private final Map<String, OptionGroup> groups = new LinkedHashMap<>();
  private final Map<String, Option<?>> options = new LinkedHashMap<>();
  private final Map<String, Consumer<Object>> readers = new LinkedHashMap<>();

  /**
   * An empty group.
   *
   * @param name whose options they are, for the message if there is no such option
   */
  public OptionGroup(String name) {
    this.name = name;
  }

  /**
   * Declares an option.
   *
   * @param <V> the type of its values
   * @param key its key in JSON
   * @param form what its values look like in JSON
   * @return the option, without a value and without bounds
   * @throws IllegalStateException if the key is taken
   */
  public <V> Option<V> option(String key, Form<V> form) {
    Option<V> option = new Option<>(key, form);
    declare(key, json -> option.set(form.read(key, json)));
    options.put(key, option);
    return option;
  }

  /**
   * Declares a group of options within this one, an object in JSON.
   *
   * @param key its key in JSON
   * @return the group, without options
   * @throws IllegalStateException if the key is taken
   */
  public OptionGroup group(String key) {
    OptionGroup group = new OptionGroup(key);
    declare(key, json -> group.read(OBJECT.read(key, json)));
    groups.put(key, group);
    return group;
  }

  /**
   * Declares a key that sets other options, such as a URI. It is read from JSON, and never written.
   *
   * @param <V> the type of its values
   * @param key its key in JSON
   * @param form what its values look like in JSON
   * @param setter sets the other options
   * @throws IllegalStateException if the key is taken
   */
  public <V> void shorthand(String key, Form<V> form, Consumer<? super V> setter) {
    declare(key, json -> setter.accept(form.read(key, json)));
  }

  private void declare(String key, Consumer<Object> reader) {
    if (readers.putIfAbsent(key, reader) != null) {
      throw new IllegalStateException(name + " has two options " + key);
    }
  }

  /**
   * Sets the options that the JSON contains, in its order. An option whose key is missing, or has
   * the value null, stays as it is.
   *
   * @param json the options
   * @throws IllegalArgumentException if a key is not known, or a value is out of bounds or of
   *     another type; the message names the key and says what is allowed
   */
  public void read(JsonObject json) {
    for (String key : json.fieldNames()) {
      Consumer<Object> reader = readers.get(key);
      if (reader == null) {
        throw new IllegalArgumentException(
            name + " has no option " + key + "; it has " + String.join(", ", keys()));
      }
      Object value = json.getValue(key);
      if (value != null) {
        reader.accept(value);
      }
    }
  }

  /** {@return all options that have a value, defaults included; they may include passwords} */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    groups.forEach((key, group) -> json.put(key, group.toJson()));
    options.values().forEach(option -> option.write(json));
    return json;
  }

  /**
   * Takes every value from another group.
   *
   * @param other a group with the same declarations
   */
  public void copy(OptionGroup other) {
    groups.forEach((key, group) -> group.copy(requireNonNull(other.groups.get(key))));
    options.forEach((key, option) -> option.copy(requireNonNull(other.options.get(key))));
  }

  /** {@return the keys that it reads from JSON, in alphabetical order} */
  public Set<String> keys() {
    return new TreeSet<>(readers.keySet());
  }
}
