package io.millrace.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sees everything that is logged, on every level, until it is closed. Safe on any thread. */
public final class LogWatch extends Handler implements AutoCloseable {

  private static final Logger ROOT = Logger.getLogger("");

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Level before = ROOT.getLevel();

  /** Begins to watch. */
  public LogWatch() {
    setLevel(Level.ALL);
    ROOT.setLevel(Level.ALL);
    for (Handler other : ROOT.getHandlers()) {
      other.setLevel(Level.INFO);
    }
    ROOT.addHandler(this);
  }

  /** {@return what was logged so far, with parameters and causes; may be changed} */
  public List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord event) {
    StringBuilder line = new StringBuilder(event.getLoggerName() + ": " + event.getMessage());
    if (event.getParameters() != null) {
      for (Object parameter : event.getParameters()) {
        line.append(' ').append(parameter);
      }
    }
    for (Throwable each = event.getThrown(); each != null; each = each.getCause()) {
      line.append(' ').append(each);
    }
    lines.add(line.toString());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
    ROOT.setLevel(before);
  }
}
