package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the statuses of HTTP/1.1 and the codes of problems, and ignores everything else. */
final class HttpAnswers implements AnswerReader {

  private static final Pattern STATUS_OR_CODE =
      Pattern.compile("HTTP/1\\.1 (\\d{3})|\"code\":\"([a-z-]+)\"");

  /** More than the length of either. */
  private static final int KEPT = 64;

  private final Answers answers;
  private String rest = "";

  /** A status for which a code may follow. */
  private String failed = "";

  private volatile int answered;

  HttpAnswers(Answers answers) {
    this.answers = answers;
  }

  @Override
  public void read(Buffer bytes) {
    String text = rest + bytes.toString(StandardCharsets.ISO_8859_1);
    Matcher found = STATUS_OR_CODE.matcher(text);
    int end = 0;
    while (found.find()) {
      end = found.end();
      if (found.group(1) == null) {
        code(found.group(2));
      } else {
        status(found.group(1));
      }
    }
    rest = text.substring(Math.max(end, text.length() - KEPT));
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by one event loop.
  private void status(String status) {
    end();
    answered++;
    if (status.compareTo("400") < 0) {
      answers.add(status);
    } else {
      failed = status;
    }
  }

  private void code(String code) {
    if (!failed.isEmpty()) {
      answers.add(failed + " " + code);
      failed = "";
    }
  }

  @Override
  public void end() {
    if (!failed.isEmpty()) {
      answers.add(failed);
      failed = "";
    }
  }

  @Override
  public int answered() {
    return answered;
  }
}
