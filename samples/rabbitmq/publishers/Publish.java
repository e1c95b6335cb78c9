// java Publish.java [host:port [username password]]: publishes an order by STOMP; needs only the JDK
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class Publish {
  public static void main(String... args) throws Exception {
    String[] at = (args.length > 0 ? args[0] : "localhost:61613").split(":");
    String login = args.length > 2 ? "login:" + args[1] + "\npasscode:" + args[2] + "\n" : "";
    try (Socket socket = new Socket(at[0], Integer.parseInt(at[1]))) {
      String frames = "CONNECT\naccept-version:1.2\nhost:/\n" + login + "\n\0"
          + "SEND\ndestination:/topic/millrace.orders.new\ncontent-type:application/json\nreceipt:1\n\n"
          + "{\"item\":\"2 × 비빔밥\",\"table\":4,\"from\":\"Java\"}\0" + "DISCONNECT\nreceipt:2\n\n\0";
      socket.getOutputStream().write(frames.getBytes(StandardCharsets.UTF_8));
      System.out.print(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
