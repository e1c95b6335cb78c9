package io.millrace.internal;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sets options from JSON by their setters, so that an option is declared in one place only. The key
 * {@code confirmTimeout} calls {@code setConfirmTimeout}. Times are in milliseconds, constants in
 * any case, lists are arrays of strings; other options of Vert.x are objects.
 */
public final class JsonSetters {

  private JsonSetters() {}

  /**
   * Sets what the JSON contains, in its order.
   *
   * @param options an instance of a public class in an exported package, with setters that return
   *     it
   * @param json the values
   * @param owner whose options they are, for the message if there is no such option
   * @throws IllegalArgumentException if a key is not known, or a value is out of bounds or of
   *     another type; the message names the key
   */
  public static void set(Object options, JsonObject json, String owner) {
    for (String key : json.fieldNames()) {
      Method setter =
          setter(options, key)
              .orElseThrow(() -> new IllegalArgumentException(owner + " has no option " + key));
      invoke(key, setter, options, value(key, json.getValue(key), setter.getParameterTypes()[0]));
    }
  }

  private static Optional<Method> setter(Object options, String key) {
    return Arrays.stream(options.getClass().getMethods())
        .filter(method -> method.getName().equals(name(key)))
        .filter(method -> method.getParameterCount() == 1 && !method.isBridge())
        .filter(method -> method.getReturnType().isInstance(options))
        .findAny();
  }

  /** Returns the name of a setter; a key begins with a small letter. */
  private static String name(String key) {
    return key.isEmpty() || !Character.isLowerCase(key.charAt(0))
        ? key
        : "set" + Character.toUpperCase(key.charAt(0)) + key.substring(1);
  }

  private static Object value(String key, @Nullable Object json, Class<?> type) {
    if (json == null) {
      throw new IllegalArgumentException(key + " has no value");
    }
    try {
      return typed(key, json, type);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(key + " has a value of the wrong type", e);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(key + " is out of bounds", e);
    }
  }

  private static Object typed(String key, Object json, Class<?> type) {
    if (type == boolean.class) {
      return Boolean.class.cast(json);
    }
    if (type == int.class) {
      return Math.toIntExact(whole(json));
    }
    if (type == long.class) {
      return whole(json);
    }
    if (type == Duration.class) {
      return Duration.ofMillis(whole(json));
    }
    if (type == List.class) {
      return ((JsonArray) json).stream().map(String.class::cast).toList();
    }
    if (type.isEnum()) {
      return constant(key, (String) json, type);
    }
    return json instanceof JsonObject object ? made(key, object, type) : type.cast(json);
  }

  private static long whole(Object json) {
    return new BigDecimal(((Number) json).toString()).longValueExact();
  }

  private static Object constant(String key, String name, Class<?> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants()).map(each -> ((Enum<?>) each).name()).toList();
    int index = names.indexOf(name.toUpperCase(Locale.ROOT));
    if (index < 0) {
      throw new IllegalArgumentException(
          key + " must be one of " + String.join(", ", names).toLowerCase(Locale.ROOT));
    }
    return type.getEnumConstants()[index];
  }

  /** Makes an object that reads its own options, as those of Vert.x do. */
  private static Object made(String key, JsonObject json, Class<?> type) {
    try {
      return type.getConstructor(JsonObject.class).newInstance(json);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(key + " has a value of the wrong type", e);
    } catch (ReflectiveOperationException e) {
      throw failure(key, e);
    }
  }

  private static void invoke(String key, Method setter, Object options, Object value) {
    try {
      setter.invoke(options, value);
    } catch (ReflectiveOperationException e) {
      throw failure(key, e);
    }
  }

  /** What was called says what is wrong, or it cannot be called at all. */
  private static RuntimeException failure(String key, ReflectiveOperationException e) {
    return e.getCause() instanceof RuntimeException refused
        ? refused
        : new IllegalStateException(key + " cannot be set", e);
  }
}
