package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.core.log.StartPositions;
import io.millrace.fuzz.Allocation;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RequestBody;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fuzzes what a client asks for when it attaches, in a query or a body. */
class QueryFuzzTest {

  private static final int MAX_CHANNELS = 8;

  private static final Transport TRANSPORT =
      answering(
          Transport.class,
          Map.of("formats", List.of(Format.PLAIN, Format.ENVELOPE), "subscribesLater", true));

  /** Answers each method by its name only, and unknown ones with null. */
  private static <T> T answering(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.get(method.getName())));
  }

  @FuzzTest
  void read(byte[] bytes) {
    // As Netty makes it from a request line.
    Optional<MultiMap> query = decode(new String(bytes, StandardCharsets.ISO_8859_1));
    query.flatMap(QueryFuzzTest::get).ifPresent(QueryFuzzTest::check);
    query.ifPresent(asked -> Allocation.isBounded(bytes.length, () -> get(asked)));
    post(Buffer.buffer(bytes)).ifPresent(QueryFuzzTest::check);
    Allocation.isBounded(bytes.length, () -> post(Buffer.buffer(bytes)));
  }

  /** As vertx-web does, which answers 400 to a query of any other form. */
  private static Optional<MultiMap> decode(String query) {
    try {
      MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
      new QueryStringDecoder("/live?" + query).parameters().forEach(parameters::add);
      return Optional.of(parameters);
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
  }

  private static Optional<AttachRequest> get(MultiMap query) {
    return read(HttpMethod.GET, Map.of("queryParams", query));
  }

  private static Optional<AttachRequest> post(Buffer json) {
    RequestBody body = answering(RequestBody.class, Map.of("buffer", json));
    return read(HttpMethod.POST, Map.of("body", body));
  }

  private static Optional<AttachRequest> read(HttpMethod method, Map<String, Object> further) {
    Map<String, Object> answers = new HashMap<>(further);
    answers.put("request", answering(HttpServerRequest.class, Map.of("method", method)));
    RoutingContext context = answering(RoutingContext.class, answers);
    try {
      return Optional.of(AttachRequest.of(context, TRANSPORT, MAX_CHANNELS));
    } catch (MillraceException refused) {
      assertThat(refused.code()).isEqualTo(MillraceException.Code.BAD_REQUEST);
      assertThat(refused.getMessage()).isNotBlank();
      return Optional.empty();
    }
  }

  private static void check(AttachRequest request) {
    assertThat(request.patterns()).hasSizeLessThanOrEqualTo(MAX_CHANNELS);
    assertThat(new HashSet<>(request.patterns())).hasSameSizeAs(request.patterns());
    assertThat(request.start().last()).isBetween(0, StartPositions.MOST_REPLAYED);
    if (isForQueries(request)) {
      assertThat(decode(queryOf(request)).flatMap(QueryFuzzTest::get))
          .as("asked again by a query")
          .contains(request);
    }
    assertThat(post(bodyOf(request))).as("asked again by a body").contains(request);
  }

  /** JSON may name events that contain a comma, and half of a surrogate pair as a cursor. */
  private static boolean isForQueries(AttachRequest request) {
    return request.filter().events().stream().noneMatch(event -> event.contains(","))
        && request.start().cursor().stream()
            .allMatch(StandardCharsets.UTF_8.newEncoder()::canEncode);
  }

  private static String queryOf(AttachRequest request) {
    StringBuilder query = new StringBuilder("format=" + request.format());
    request.patterns().forEach(pattern -> add(query, "channels", pattern.toString()));
    request.filter().events().forEach(event -> add(query, "events", event));
    request.start().cursor().ifPresent(cursor -> add(query, "cursor", cursor));
    add(query, "last", Integer.toString(request.start().last()));
    return query.toString();
  }

  private static void add(StringBuilder query, String name, String value) {
    query.append('&').append(name).append('=');
    query.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  private static Buffer bodyOf(AttachRequest request) {
    JsonObject body =
        new JsonObject()
            .put(
                "channels",
                new JsonArray(request.patterns().stream().map(ChannelPattern::toString).toList()))
            .put("events", new JsonArray(List.copyOf(request.filter().events())))
            .put("last", request.start().last())
            .put("format", request.format().toString());
    request.start().cursor().ifPresent(cursor -> body.put("cursor", cursor));
    return body.toBuffer();
  }
}
