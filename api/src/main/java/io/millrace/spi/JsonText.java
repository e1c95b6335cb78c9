package io.millrace.spi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Checks JSON text (RFC 8259) without changing its tokens: number literals, escapes and key order
 * stay as they were written.
 */
public final class JsonText {

  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /**
   * Drops the white space between tokens.
   *
   * @param text one JSON value in UTF-8
   * @return the same value, compact
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not one
   *     JSON value in UTF-8
   */
  public static Buffer compact(Buffer text) {
    byte[] bytes = text.getBytes();
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
