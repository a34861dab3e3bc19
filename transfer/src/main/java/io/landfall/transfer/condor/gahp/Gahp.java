package io.landfall.transfer.condor.gahp;

import io.landfall.transfer.classad.ClassAd;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The conversation with HTCondor's starter, from the greeting to `QUIT` or the end of its input.
///
/// What takes time is done by a thread of its own, one request after the other; its result waits to
/// be fetched. A status is never kept waiting behind that: it tells of the machine as it is known.
public final class Gahp {
  static final String VERSION = "$VMGahpVersion 0.0.1 Landfall $";

  private static final Logger LOG = System.getLogger(Gahp.class.getName());
  private static final List<String> TYPES = List.of("xen", "kvm");

  private final GahpSettings settings;
  private final String vmType;
  private final Path scratch;
  private final GahpLines lines;
  private final GahpResults results;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("gahp").factory());

  private StringBuilder adText; // absent unless between CLASSAD and CLASSAD_END
  private ClassAd ad = ClassAd.EMPTY;
  private int lastVm;
  private volatile GahpVm vm; // the newest; earlier ones are forgotten

  private Gahp(
      GahpSettings settings, String vmType, Path scratch, InputStream in, OutputStream out) {
    this.settings = settings;
    this.vmType = vmType;
    this.scratch = scratch;
    this.lines = new GahpLines(in);
    this.results = new GahpResults(out);
  }

  /// Serves one starter. Returns when it has said `QUIT` or gone, and everything is torn down.
  ///
  /// @param vmType the one type this server was started for
  /// @param scratch the job's directory
  /// @param in what the starter says
  /// @param out what it hears; nothing else may be written there
  public static void serve(
      GahpSettings settings, String vmType, Path scratch, InputStream in, OutputStream out)
      throws IOException {
    Gahp gahp = new Gahp(settings, vmType, scratch, in, out);
    gahp.results.say(VERSION);
    boolean asked = false;
    try {
      asked = gahp.converse();
    } finally {
      gahp.tearDown();
    }
    if (asked) {
      gahp.results.say("S");
    }
  }

  /// @return whether the starter said QUIT, and waits for a reply
  private boolean converse() throws IOException {
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      LOG.log(Level.DEBUG, "<< {0}", line.get());
      List<String> words = GahpLines.words(line.get());
      Optional<GahpCommand> command =
          words.isEmpty() ? Optional.empty() : GahpCommand.named(words.getFirst());
      boolean known = command.isPresent() && words.size() == command.get().words() + 1;
      if (adText != null && command.orElse(null) != GahpCommand.CLASSAD_END) {
        collect(line.get());
      } else if (!known) {
        results.say("E");
      } else if (command.get() == GahpCommand.QUIT) {
        return true;
      } else {
        obey(command.get(), words);
      }
    }
    return false;
  }

  private void obey(GahpCommand command, List<String> words) throws IOException {
    switch (command) {
      case VERSION -> results.say("S " + VERSION);
      case COMMANDS -> results.say("S " + GahpCommand.all());
      case SUPPORT_VMS -> results.say("S " + String.join(" ", TYPES));
      case ASYNC_MODE_ON -> results.async(true);
      case ASYNC_MODE_OFF -> results.async(false);
      case RESULTS -> results.sayAll();
      case CLASSAD -> {
        adText = new StringBuilder();
        ad = ClassAd.EMPTY;
        results.say("S");
      }
      case CLASSAD_END -> {
        ad = adText == null ? ClassAd.EMPTY : parsed(adText.toString());
        adText = null;
        results.say("S");
      }
      case CONDOR_VM_START -> start(words.get(1), words.get(2));
      case CONDOR_VM_STOP,
          CONDOR_VM_SUSPEND,
          CONDOR_VM_SOFT_SUSPEND,
          CONDOR_VM_RESUME,
          CONDOR_VM_CHECKPOINT,
          CONDOR_VM_STATUS,
          CONDOR_VM_GETPID ->
          ask(command, words.get(1), words.get(2));
      case QUIT -> throw new IllegalArgumentException("QUIT ends the conversation");
    }
  }

  /// Bad lines do not count, and there is no reply to any.
  private void collect(String line) {
    if (adText.length() + line.length() < GahpLines.MAX_LINE_BYTES) {
      adText.append(line).append('\n');
    }
  }

  private static ClassAd parsed(String text) {
    return ClassAd.parse(
        text, bad -> LOG.log(Level.DEBUG, "attribute left out: {0}", bad.getMessage()));
  }

  private void start(String requestWord, String type) throws IOException {
    int request = number(requestWord);
    if (!TYPES.contains(type.toLowerCase(java.util.Locale.ROOT)) || !begin(request)) {
      results.say("E");
      return;
    }
    results.say("S");
    ClassAd given = ad;
    GahpVm former = vm;
    GahpVm next = new GahpVm(++lastVm, settings, worker);
    vm = next;
    run(
        request,
        () -> {
          if (former != null) {
            former.close();
          }
          next.start(given, type, vmType, scratch);
          return Integer.toString(next.number());
        });
  }

  private void ask(GahpCommand command, String requestWord, String vmWord) throws IOException {
    int request = number(requestWord);
    int number = number(vmWord);
    if (number < 0 || !begin(request)) {
      results.say("E");
      return;
    }
    results.say("S");
    Optional<GahpVm> found = Optional.ofNullable(vm).filter(v -> v.number() == number);
    if (command == GahpCommand.CONDOR_VM_STATUS) {
      status(request, found);
    } else if (found.isEmpty()) {
      results.done(request, false, VmgahpError.VM_NOT_FOUND.text());
    } else {
      run(request, () -> found.get().obey(command));
      if (command == GahpCommand.CONDOR_VM_STOP) {
        run(-1, () -> forget(found.get()));
      }
    }
  }

  private String forget(GahpVm stopped) {
    if (stopped.equals(vm)) {
      vm = null;
    }
    return "";
  }

  private void status(int request, Optional<GahpVm> found) throws IOException {
    try {
      results.doneRaw(request, true, found.isEmpty() ? "STATUS=Stopped" : found.get().status());
    } catch (GahpException e) {
      results.done(request, false, e.word());
    }
  }

  @FunctionalInterface
  private interface Operation {
    String run() throws IOException, GahpException;
  }

  /// Has an operation done after those before it. A request below 0 wants no result.
  private void run(int request, Operation operation) {
    var _ =
        worker.submit(() -> {
          boolean good = false;
          String text;
          try {
            text = operation.run();
            good = true;
          } catch (GahpException e) {
            LOG.log(Level.WARNING, "{0}: {1}", e.word(), e.getMessage());
            text = e.word();
          } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "request failed", e);
            text = String.valueOf(e.getMessage());
          }
          if (request >= 0) {
            results.done(request, good, text);
          }
          return null;
        });
  }

  private boolean begin(int request) {
    return request > 0 && results.begin(request);
  }

  /// @return -1 for what is no number
  private static int number(String word) {
    return word.matches("[0-9]{1,9}") ? Integer.parseInt(word) : -1;
  }

  private void tearDown() {
    GahpVm last = vm;
    if (last != null) {
      run(
          -1,
          () -> {
            last.close();
            return "";
          });
    }
    worker.close();
  }
}
