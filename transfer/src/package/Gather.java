import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// Begins a package anew with its jars: `java Gather.java FROM-LIB PACKAGE`.
///
/// They are copied as they are, but for RocksDB's. That one brings its native library for ten
/// platforms, 92 MB, and unpacks one of them into the temporary directory at every start. A package
/// is for one platform: its library lies in `native/`, under the name that `System.loadLibrary`
/// asks for, and the jar keeps the classes.
final class Gather {
  private static final String LIBRARY = "librocksdbjni-linux64.so";

  private Gather() {}

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    clear(Path.of(args[1]));
    Path to = Path.of(args[1], "lib");
    Files.createDirectories(to.resolve("native"));
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(from, "*.jar")) {
      for (Path jar : jars) {
        Path target = to.resolve(jar.getFileName());
        if (jar.getFileName().toString().startsWith("rocksdbjni-")) {
          slim(jar, target, to.resolve("native/librocksdbjni.so"));
        } else {
          Files.copy(jar, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private static void slim(Path jar, Path target, Path library) throws IOException {
    try (JarFile in = new JarFile(jar.toFile());
        OutputStream file = Files.newOutputStream(target);
        JarOutputStream out = new JarOutputStream(file)) {
      for (JarEntry entry : (Iterable<JarEntry>) in.stream()::iterator) {
        if (entry.getName().equals(LIBRARY)) {
          Files.copy(in.getInputStream(entry), library);
        } else if (!entry.getName().contains("librocksdbjni")) {
          JarEntry kept = new JarEntry(entry.getName());
          kept.setTime(entry.getTime());
          out.putNextEntry(kept);
          in.getInputStream(entry).transferTo(out);
          out.closeEntry();
        }
      }
    }
    if (!Files.exists(library)) {
      throw new IOException(jar + " has no " + LIBRARY);
    }
  }

  private static void clear(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> old = Files.walk(directory)) {
        for (Path path : (Iterable<Path>) old.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(path);
        }
      }
    }
  }
}
