package io.millrace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Checks JSON text (RFC 8259) without changing its tokens: number literals, escapes and key order
 * stay as they were written.
 */
final class JsonText {

  /** How deep arrays and objects may be nested. */
  static final int MOST_DEPTH = 1000;

  /** How many characters a number may have. */
  static final int MOST_NUMBER = 1000;

  /** How many bytes a string may have as it is written. */
  static final int MOST_STRING = 20_000_000;

  /** How many bytes the name of a member may have as it is written. */
  static final int MOST_NAME = 50_000;

  /** Caches no names: the author of the text chooses how many there are, and their hash codes. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private JsonText() {}

  /**
   * Removes the white space between tokens, and a byte order mark (RFC 8259, section 8.1).
   *
   * @param text one JSON value in UTF-8
   * @return the same value, compact
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not one
   *     JSON value in UTF-8, or exceeds the limits
   */
  static Buffer compact(Buffer text) {
    byte[] bytes = withoutMark(text.getBytes());
    JsonLimits.check(bytes);
    check(bytes);
    byte[] kept = new byte[bytes.length];
    int length = 0;
    boolean string = false;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (string && b == '\\') {
        kept[length++] = b;
        b = bytes[++i];
      } else if (b == '"') {
        string = !string;
      } else if (!string && (b == ' ' || b == '\t' || b == '\r' || b == '\n')) {
        continue;
      }
      kept[length++] = b;
    }
    return Buffer.buffer(length).appendBytes(kept, 0, length);
  }

  /**
   * Checks the limits that Jackson has by default, so that other nodes and every subscriber can
   * read whatever is published.
   *
   * @param text JSON
   * @return the same
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is nested too
   *     deep, or has a number, a string or a name that is too long
   */
  static Buffer checkLimits(Buffer text) {
    JsonLimits.check(text.getBytes());
    return text;
  }

  private static byte[] withoutMark(byte[] bytes) {
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    return marked ? Arrays.copyOfRange(bytes, 3, bytes.length) : bytes;
  }

  // Decoded first: Jackson would guess UTF-16 from bytes, and let surrogates and overlong forms
  // pass, which browsers refuse.
  private static void check(byte[] bytes) {
    try (JsonParser parser = FACTORY.createParser(decode(bytes))) {
      int depth = 0;
      int values = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructEnd()) {
          depth--;
        } else if (depth == 0 && ++values > 1) {
          throw invalid("there is more than one value");
        }
        if (token.isStructStart()) {
          depth++;
        } else if (token == JsonToken.VALUE_STRING) {
          parser.getTextLength(); // Strings are read lazily: this checks their escapes.
        }
      }
      if (values == 0) {
        throw invalid("it is empty");
      }
    } catch (CharacterCodingException e) {
      throw invalid("it is not UTF-8");
    } catch (JsonProcessingException e) {
      JsonLocation where = e.getLocation();
      throw invalid(
          where == null
              ? "it cannot be read"
              : "look at line " + where.getLineNr() + ", column " + where.getColumnNr());
    } catch (IOException e) {
      throw invalid("it cannot be read");
    }
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static MillraceException invalid(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, "Not JSON: " + why);
  }
}
