package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
  @Test
  void answersTheKeyOfTheRfc() {
    MultiMap answer = MultiMap.caseInsensitiveMultiMap();
    accepted(headers -> {}).addTo(answer);
    assertThat(answer.get("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(answer.get("Upgrade")).isEqualTo("websocket");
    assertThat(answer.get("Connection")).isEqualTo("Upgrade");
    assertThat(answer.size()).isEqualTo(3);
  }

  @Test
  void neverAgreesToAnExtension() {
    MultiMap answer = MultiMap.caseInsensitiveMultiMap();
    accepted(headers -> headers.set("Sec-WebSocket-Extensions", "permessage-deflate"))
        .addTo(answer);
    assertThat(answer.contains("Sec-WebSocket-Extensions")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "Host, host",
    "Upgrade, upgrade",
    "Connection, connection",
    "Sec-WebSocket-Key, key",
    "Sec-WebSocket-Version, version"
  })
  void refusesWhenARequiredHeaderIsMissing(String name, String code) {
    assertRefused(400, code, headers -> headers.remove(name));
  }

  @ParameterizedTest
  @CsvSource({
    "Upgrade, h2c, upgrade",
    "Upgrade, websockets, upgrade",
    "Connection, keep-alive, connection",
    "Connection, upgraded, connection",
    "Content-Length, 1, body",
    "Transfer-Encoding, chunked, body",
    "Sec-WebSocket-Key, '', key",
    "Sec-WebSocket-Key, dGhlIHNhbXBsZSBub25jZQ, key",
    "Sec-WebSocket-Key, dGhlIHNhbXBsZSBub25j, key",
    "Sec-WebSocket-Key, dGhlIHNhbXBsZSBub25jZQ==x, key",
    "Sec-WebSocket-Key, dGhlIHNhbXBsZSBub25jZS4u, key",
    "Sec-WebSocket-Key, !!hlIHNhbXBsZSBub25jZQ==, key"
  })
  void refusesABadValue(String name, String value, String code) {
    assertRefused(400, code, headers -> headers.set(name, value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "Sec-WebSocket-Key"})
  void refusesWhatMustNotBeThereTwice(String name) {
    assertThat(judge(headers -> headers.add(name, headers.get(name))))
        .isInstanceOf(Handshake.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8", "0", "14", "013", "x", ""})
  void names13ToAClientOfAnotherVersion(String version) {
    Handshake.Refused refused =
        assertRefused(426, "version", headers -> headers.set("Sec-WebSocket-Version", version));
    MultiMap answer = MultiMap.caseInsensitiveMultiMap();
    refused.addTo(answer);
    assertThat(answer.get("Sec-WebSocket-Version")).isEqualTo("13");
    assertThat(answer.get("Upgrade")).isEqualTo("websocket");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "HEAD", "PUT", "OPTIONS", "CONNECT"})
  void refusesOtherMethodsThanGet(String method) {
    assertThat(
            Handshake.judge(HttpMethod.valueOf(method), HttpVersion.HTTP_1_1, request(), Set.of()))
        .isInstanceOfSatisfying(
            Handshake.Refused.class, refused -> assertThat(refused.status()).isEqualTo(400));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP_1_0", "HTTP_2"})
  void refusesOtherVersionsThanHttp11(String version) {
    assertThat(Handshake.judge(HttpMethod.GET, HttpVersion.valueOf(version), request(), Set.of()))
        .isInstanceOf(Handshake.Refused.class);
  }

  @Test
  void readsTokenListsInAnyCaseAndOverSeveralLines() {
    accepted(
        headers ->
            headers
                .set("Upgrade", "h2c, WebSocket")
                .set("Connection", "keep-alive")
                .add("Connection", "x ,UPGRADE")
                .set("Content-Length", "0"));
  }

  @ParameterizedTest
  @CsvSource({
    "'chat, superchat', chat",
    "'superchat, chat', superchat",
    "'x,chat', chat",
    "'x , superchat,chat', superchat",
  })
  void choosesTheFirstSubprotocolOfTheClientsThatItKnows(String offer, String chosen) {
    MultiMap answer = MultiMap.caseInsensitiveMultiMap();
    accepted(headers -> headers.set("Sec-WebSocket-Protocol", offer)).addTo(answer);
    assertThat(answer.get("Sec-WebSocket-Protocol")).isEqualTo(chosen);
  }

  @Test
  void readsSubprotocolsOverSeveralLines() {
    assertThat(
            accepted(
                    headers ->
                        headers
                            .add("Sec-WebSocket-Protocol", "x")
                            .add("Sec-WebSocket-Protocol", "chat"))
                .subprotocol())
        .contains("chat");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "CHAT", "chat2", "", ","})
  void refusesWhenSubprotocolsAreOfferedAndNoneIsKnown(String offer) {
    assertRefused(400, "subprotocol", headers -> headers.set("Sec-WebSocket-Protocol", offer));
  }

  @Test
  void answersNoSubprotocolWhenNoneWasOffered() {
    assertThat(accepted(headers -> {}).subprotocol()).isEqualTo(Optional.empty());
  }

  private static Handshake.Accepted accepted(Consumer<MultiMap> change) {
    Handshake.Answer answer = judge(change);
    assertThat(answer).isInstanceOf(Handshake.Accepted.class);
    return (Handshake.Accepted) answer;
  }

  private static Handshake.Refused assertRefused(
      int status, String code, Consumer<MultiMap> change) {
    Handshake.Answer answer = judge(change);
    assertThat(answer)
        .isInstanceOfSatisfying(
            Handshake.Refused.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(status);
              assertThat(refused.code()).isEqualTo(code);
            });
    return (Handshake.Refused) answer;
  }

  private static Handshake.Answer judge(Consumer<MultiMap> change) {
    MultiMap headers = request();
    change.accept(headers);
    return Handshake.judge(
        HttpMethod.GET, HttpVersion.HTTP_1_1, headers, Set.of("chat", "superchat"));
  }

  private static MultiMap request() {
    return MultiMap.caseInsensitiveMultiMap()
        .add("Host", "server.example.com")
        .add("Upgrade", "websocket")
        .add("Connection", "Upgrade")
        .add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
        .add("Sec-WebSocket-Version", "13");
  }
}
