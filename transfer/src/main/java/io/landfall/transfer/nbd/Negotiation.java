package io.landfall.transfer.nbd;

import io.landfall.protocol.nbd.NbdOption;
import io.landfall.protocol.nbd.NbdRequest;
import io.landfall.protocol.nbd.NbdWriter;
import io.landfall.protocol.nbd.OptionError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The server's side of a negotiation: takes options until an export is chosen or the client goes.
public final class Negotiation {
  private static final int MIN_BLOCK_BYTES = 1;
  private static final int PREFERRED_BLOCK_BYTES = 64 << 10;

  /// What the connection does next.
  public sealed interface Outcome {
    /// Takes another option.
    record GoOn() implements Outcome {}

    /// Closes, once the answer has left.
    record Close() implements Outcome {}

    /// Goes on under TLS; whatever arrived behind the option is thrown away.
    record StartTls() implements Outcome {}

    /// Takes requests.
    record Transmit(Transmission transmission) implements Outcome {}
  }

  private static final Outcome GO_ON = new Outcome.GoOn();
  private static final Outcome CLOSE = new Outcome.Close();

  private final NbdExports exports;
  private final TlsMode tls;
  private boolean secured;
  private boolean structured;
  private String contextExport;
  private List<String> contexts = List.of();

  public Negotiation(NbdExports exports, TlsMode tls) {
    this.exports = exports;
    this.tls = tls;
  }

  /// TLS is up: everything that was agreed on before is forgotten.
  public void secured() {
    secured = true;
    structured = false;
    contextExport = null;
    contexts = List.of();
  }

  /// Takes one option; what is to be sent is appended to `out`.
  ///
  /// @param noZeroes whether the client wants no padding behind EXPORT_NAME
  public Outcome take(NbdOption option, boolean noZeroes, ByteBuf out) {
    if (tls == TlsMode.REQUIRED && !secured) {
      return takeInsecure(option, out);
    }
    return switch (option) {
      case NbdOption.ExportName chosen -> exportName(chosen, noZeroes, out);
      case NbdOption.Abort abort -> abort(abort, out);
      case NbdOption.ListExports list -> list(list, out);
      case NbdOption.StartTls start -> refuseTls(start, out);
      case NbdOption.InfoOf info -> {
        describe(info, info.name(), out);
        yield GO_ON;
      }
      case NbdOption.Go go ->
          describe(go, go.name(), out).<Outcome>map(this::transmit).orElse(GO_ON);
      case NbdOption.StructuredReply reply -> {
        structured = true;
        NbdWriter.ack(out, reply);
        yield GO_ON;
      }
      case NbdOption.ListMetaContext list -> listContexts(list, out);
      case NbdOption.SetMetaContext set -> setContexts(set, out);
      case NbdOption.Unknown unknown ->
          refuse(out, unknown, OptionError.UNSUPPORTED, "this server has no such option");
      case NbdOption.Malformed bad -> refuse(out, bad, bad.error(), bad.why());
    };
  }

  private Outcome takeInsecure(NbdOption option, ByteBuf out) {
    return switch (option) {
      case NbdOption.StartTls start -> {
        NbdWriter.ack(out, start);
        yield new Outcome.StartTls();
      }
      case NbdOption.Abort abort -> abort(abort, out);
      case NbdOption.ExportName _ -> CLOSE;
      default -> refuse(out, option, OptionError.TLS_REQUIRED, "this server speaks TLS only");
    };
  }

  private Outcome refuseTls(NbdOption.StartTls option, ByteBuf out) {
    return secured
        ? refuse(out, option, OptionError.INVALID, "the connection is under TLS already")
        : refuse(out, option, OptionError.UNSUPPORTED, "this listener has no certificate");
  }

  private static Outcome refuse(ByteBuf out, NbdOption option, OptionError error, String why) {
    NbdWriter.refuse(out, option, error, why);
    return GO_ON;
  }

  private static Outcome abort(NbdOption.Abort option, ByteBuf out) {
    NbdWriter.ack(out, option);
    return CLOSE;
  }

  private Outcome exportName(NbdOption.ExportName option, boolean noZeroes, ByteBuf out) {
    Optional<NbdExport> export = exports.find(option.name());
    if (export.isEmpty()) {
      return CLOSE; // there is no other way to say so
    }
    NbdWriter.exportName(
        out, export.get().device().sizeBytes(), export.get().flags(structured), noZeroes);
    return transmit(export.get());
  }

  private Outcome list(NbdOption.ListExports option, ByteBuf out) {
    for (String name : exports.names()) {
      NbdWriter.server(out, option, name);
    }
    NbdWriter.ack(out, option);
    return GO_ON;
  }

  private Optional<NbdExport> describe(NbdOption option, String name, ByteBuf out) {
    Optional<NbdExport> found = exports.find(name);
    if (found.isEmpty()) {
      NbdWriter.refuse(out, option, OptionError.UNKNOWN_EXPORT, noSuch(name));
      return found;
    }
    NbdExport export = found.get();
    NbdWriter.infoExport(out, option, export.device().sizeBytes(), export.flags(structured));
    NbdWriter.infoName(out, option, export.name());
    if (!export.description().isEmpty()) {
      NbdWriter.infoDescription(out, option, export.description());
    }
    NbdWriter.infoBlockSize(
        out, option, MIN_BLOCK_BYTES, PREFERRED_BLOCK_BYTES, NbdRequest.MAX_PAYLOAD_BYTES);
    NbdWriter.ack(out, option);
    return found;
  }

  private static String noSuch(String name) {
    return "there is no export \"" + name + "\"";
  }

  private Outcome transmit(NbdExport export) {
    List<MetaContext> chosen = new ArrayList<>();
    if (structured && export.name().equals(contextExport)) {
      for (String name : contexts) {
        chosen.add(MetaContext.of(chosen.size() + 1, name, export));
      }
    }
    return new Outcome.Transmit(new Transmission(export, structured, chosen));
  }

  private Outcome listContexts(NbdOption.ListMetaContext option, ByteBuf out) {
    Optional<NbdExport> export = exports.find(option.export());
    if (export.isEmpty()) {
      return refuse(out, option, OptionError.UNKNOWN_EXPORT, noSuch(option.export()));
    }
    for (String name : export.get().contexts()) {
      if (option.queries().isEmpty() || option.queries().stream().anyMatch(q -> lists(q, name))) {
        NbdWriter.metaContext(out, option, 0, name);
      }
    }
    NbdWriter.ack(out, option);
    return GO_ON;
  }

  /// A namespace, or the beginning of QEMU's names of bitmaps, lists all that is in it.
  private static boolean lists(String query, String name) {
    return query.equals(name)
        || query.equals(name.substring(0, name.indexOf(':') + 1))
        || (query.equals(NbdExport.DIRTY_BITMAP) && name.startsWith(query));
  }

  private Outcome setContexts(NbdOption.SetMetaContext option, ByteBuf out) {
    contextExport = null;
    contexts = List.of();
    if (!structured) {
      return refuse(out, option, OptionError.INVALID, "ask for structured replies first");
    }
    Optional<NbdExport> export = exports.find(option.export());
    if (export.isEmpty()) {
      return refuse(out, option, OptionError.UNKNOWN_EXPORT, noSuch(option.export()));
    }
    contextExport = export.get().name();
    contexts = export.get().contexts().stream().filter(option.queries()::contains).toList();
    for (int i = 0; i < contexts.size(); i++) {
      NbdWriter.metaContext(out, option, i + 1, contexts.get(i));
    }
    NbdWriter.ack(out, option);
    return GO_ON;
  }
}
