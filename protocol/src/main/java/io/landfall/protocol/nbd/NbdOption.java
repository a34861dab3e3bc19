package io.landfall.protocol.nbd;

import java.util.List;

/// What a client wants while it negotiates.
public sealed interface NbdOption {
  /// Longest name or query.
  int MAX_STRING_BYTES = 4096;

  /// The number on the wire, which the reply repeats.
  int number();

  /// Chooses an export the old way, which cannot be refused but by closing.
  record ExportName(String name) implements NbdOption {
    @Override
    public int number() {
      return 1;
    }
  }

  /// The client gives up.
  record Abort() implements NbdOption {
    @Override
    public int number() {
      return 2;
    }
  }

  /// Asks which exports there are.
  record ListExports() implements NbdOption {
    @Override
    public int number() {
      return 3;
    }
  }

  /// Asks to go on under TLS.
  record StartTls() implements NbdOption {
    @Override
    public int number() {
      return 5;
    }
  }

  /// Asks about an export.
  ///
  /// @param wanted numbers of information; more may be answered
  record InfoOf(String name, List<Integer> wanted) implements NbdOption {
    public InfoOf {
      wanted = List.copyOf(wanted);
    }

    @Override
    public int number() {
      return 6;
    }
  }

  /// Asks about an export and goes on to use it.
  record Go(String name, List<Integer> wanted) implements NbdOption {
    public Go {
      wanted = List.copyOf(wanted);
    }

    @Override
    public int number() {
      return 7;
    }
  }

  /// Asks for replies in chunks.
  record StructuredReply() implements NbdOption {
    @Override
    public int number() {
      return 8;
    }
  }

  /// Asks which kinds of block status an export has.
  record ListMetaContext(String export, List<String> queries) implements NbdOption {
    public ListMetaContext {
      queries = List.copyOf(queries);
    }

    @Override
    public int number() {
      return 9;
    }
  }

  /// Chooses kinds of block status, in place of those chosen before.
  record SetMetaContext(String export, List<String> queries) implements NbdOption {
    public SetMetaContext {
      queries = List.copyOf(queries);
    }

    @Override
    public int number() {
      return 10;
    }
  }

  /// An option that does not exist, or not here.
  record Unknown(int number) implements NbdOption {}

  /// An option whose data is not what it should be; the next one can be read.
  ///
  /// @param error what to answer
  /// @param why a sentence
  record Malformed(int number, OptionError error, String why) implements NbdOption {}
}
