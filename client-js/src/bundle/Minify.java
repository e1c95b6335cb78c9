import com.google.javascript.jscomp.CommandLineRunner;
import com.google.javascript.jscomp.CompilerOptions;

/** The Closure Compiler, with settings that have no flag. Run from its source: see build.xml. */
final class Minify extends CommandLineRunner {

  private Minify(String[] args) {
    super(args);
  }

  @Override
  protected CompilerOptions createOptions() {
    CompilerOptions options = super.createOptions();
    // Methods that become functions make the module shorter, but its gzip longer.
    options.setDevirtualizeMethods(false);
    // No line breaks: nobody reads the module without its source map.
    options.setLineLengthThreshold(Integer.MAX_VALUE);
    return options;
  }

  public static void main(String[] args) {
    Minify minify = new Minify(args);
    if (!minify.shouldRunCompiler()) {
      System.exit(-1);
    }
    minify.run();
  }
}
