package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nchan, a module of nginx: a worker, and a channel of it for each channel. */
final class NchanPeer extends NativePeer {

  /** The path on Debian and other systems. */
  private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_nchan_module.so");

  /** A buffer holds more than one window of messages, so that no long poll misses any. */
  private static final String CONFIGURATION =
      """
      daemon off;
      worker_processes 1;
      pid nginx.pid;
      error_log stderr warn;
      load_module %s;
      events { worker_connections 12000; }
      http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        client_body_buffer_size 64k;
        keepalive_requests 1000000000;
        keepalive_timeout 1h;
        nchan_shared_memory_size 512M;
        server {
          listen 127.0.0.1:%d backlog=1024;
          listen 127.0.0.1:%d;
          location ~ ^/subscribe/(.+)$ {
            nchan_subscriber websocket eventsource longpoll;
            nchan_subscriber_first_message newest;
            nchan_channel_id $1;
          }
          location ~ ^/publish/(.+)$ {
            nchan_publisher;
            nchan_channel_id $1;
            nchan_message_buffer_length 256;
          }
        }
      }
      """;

  NchanPeer() throws IOException {}

  static boolean isInstalled() {
    return Files.exists(MODULE) && Executable.named("nginx").isPresent();
  }

  @Override
  List<String> command(Path home, Path configuration) {
    return List.of(
        Executable.path("nginx"),
        "-p",
        home.toString(),
        "-c",
        configuration.toString(),
        "-e",
        "stderr");
  }

  @Override
  String configuration(int readers, int publisher) {
    return CONFIGURATION.formatted(MODULE, readers, publisher);
  }

  @Override
  String greeting() {
    return Connection.get("/publish/none");
  }

  @Override
  String request(String channel, String payload) {
    return "POST /publish/"
        + channel
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        + payload.length()
        + "\r\n\r\n"
        + payload;
  }
}
