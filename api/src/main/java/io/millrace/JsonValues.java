package io.millrace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.jackson.DatabindCodec;

/** How the values that an application publishes become JSON. */
final class JsonValues {

  private static final String WITHOUT_DATABIND =
      "%s cannot be encoded without jackson-databind, jackson-datatype-jsr310 and"
          + " jackson-datatype-jdk8 on the class path. millrace-core brings them; do not exclude"
          + " them.";

  private JsonValues() {}

  static Buffer encode(Object value) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return JsonText.checkLimits(Json.encodeToBuffer(value));
    }
    try {
      return Databind.encode(value);
    } catch (NoClassDefFoundError withoutDatabind) {
      return encodePlain(value);
    }
  }

  /** What Vert.x encodes alone: JsonObject, JsonArray, and the values that they may hold. */
  private static Buffer encodePlain(Object value) {
    try {
      return JsonText.checkLimits(Json.encodeToBuffer(value));
    } catch (EncodeException e) {
      throw new EncodeException(WITHOUT_DATABIND.formatted(value.getClass().getName()), e);
    }
  }

  /** A class of its own, because it can be loaded only if Jackson's databind is there. */
  private static final class Databind {

    /** Has what the application has registered with Vert.x's mapper before the first use. */
    private static final ObjectMapper MAPPER =
        DatabindCodec.mapper()
            .copy()
            .registerModules(new Jdk8Module(), new JavaTimeModule())
            .disable(
                SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
                SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                SerializationFeature.INDENT_OUTPUT);

    static Buffer encode(Object value) {
      try {
        // A raw value may be anything; what is framed must be one line of JSON.
        return JsonText.compact(Buffer.buffer(MAPPER.writeValueAsBytes(value)));
      } catch (JsonProcessingException e) {
        throw new EncodeException(
            value.getClass().getName() + " cannot be encoded as JSON: " + e.getOriginalMessage(),
            e);
      } catch (StackOverflowError e) {
        // As Jackson itself does for beans; in JsonArray and JsonObject it counts no levels.
        throw new EncodeException(
            value.getClass().getName() + " cannot be encoded as JSON: it is nested too deep", e);
      }
    }
  }
}
