package io.landfall.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The rooms of the house and the arrows between them, as data. A room without a row, a row without
/// a room, an import that no row allows, and a cycle are each a failure.
///
/// `@Test` and not ArchUnit's own annotations: those ran no test at all under some versions of
/// surefire.
class ArrowsTest {
  private static final String BASE = "io.landfall.";

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.landfall");

  /// Room -> what it may import besides itself and the JDK. One row per room, bottom first.
  private static final Map<String, List<String>> ARROWS = arrows();

  private static Map<String, List<String>> arrows() {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    rows.put("protocol.content", List.of("net.jpountz..", "com.github.luben.zstd.."));
    rows.put("protocol.error", List.of());
    rows.put(
        "protocol.message",
        List.of(BASE + "protocol.content..", BASE + "protocol.error..", "io.netty.buffer.."));
    rows.put(
        "protocol.codec",
        List.of(
            BASE + "protocol..",
            "io.netty.buffer..",
            "io.netty.util..",
            "net.jpountz..",
            "com.github.luben.zstd.."));

    rows.put("protocol.nbd", List.of("io.netty.buffer.."));

    rows.put("snapshot.device", List.of());
    rows.put(
        "snapshot.format",
        List.of(
            BASE + "snapshot.device..",
            "com.github.luben.zstd..",
            "org.apache.commons.compress..",
            "javax.xml.stream..")); // OVF descriptions; of the JDK, in spite of its name
    rows.put("snapshot.filesystem", List.of(BASE + "snapshot.device.."));
    rows.put("snapshot.overlay", List.of(BASE + "snapshot.device.."));
    rows.put(
        "snapshot.disk",
        List.of(
            BASE + "snapshot.device..", BASE + "snapshot.format..", BASE + "snapshot.overlay.."));

    rows.put("store.io", List.of());
    rows.put("store.seal", List.of(BASE + "protocol.content..", "javax.crypto.."));
    rows.put(
        "store.chunk",
        List.of(BASE + "store.io..", BASE + "store.seal..", BASE + "protocol.content.."));
    // The index is one way to find chunks, and says so by implementing the chunk room's interface.
    rows.put(
        "store.index",
        List.of(
            BASE + "store.chunk..",
            BASE + "store.io..",
            BASE + "protocol.content..",
            "org.rocksdb.."));
    rows.put(
        "store.chunking",
        List.of(BASE + "store.io..", BASE + "snapshot.device..", BASE + "protocol.content.."));
    rows.put(
        "store.checkpoint",
        List.of(
            BASE + "store.chunk..",
            BASE + "store.index..",
            BASE + "store.chunking..",
            BASE + "store.seal..",
            BASE + "store.io..",
            BASE + "protocol.content..",
            BASE + "snapshot.device..",
            "tools.jackson..",
            "com.fasterxml.jackson.annotation.."));
    rows.put(
        "store.export",
        List.of(
            BASE + "store.checkpoint..",
            BASE + "store.chunk..",
            BASE + "protocol.content..",
            BASE + "snapshot.device..",
            "org.apache.commons.compress..",
            "tools.jackson.."));
    rows.put(
        "store.verify",
        List.of(
            BASE + "store.checkpoint..",
            BASE + "store.export..",
            BASE + "store.chunk..",
            BASE + "store.index..",
            BASE + "store.seal..",
            BASE + "store.io..",
            BASE + "protocol.content..",
            BASE + "snapshot.device.."));
    rows.put(
        "store.gc",
        List.of(
            BASE + "store.checkpoint..",
            BASE + "store.chunk..",
            BASE + "store.io..",
            BASE + "protocol.content..",
            BASE + "snapshot.device.."));
    rows.put(
        "store.cli",
        List.of(
            BASE + "store..",
            BASE + "snapshot..",
            BASE + "protocol.content..",
            "picocli..",
            "tools.jackson.."));

    rows.put(
        "transfer.pool",
        List.of(
            "io.netty..",
            "org.bouncycastle..",
            "javax.net.ssl..", // of the JDK, in spite of their names
            "javax.security.auth.."));
    rows.put("transfer.control", List.of("tools.jackson..", "com.fasterxml.jackson.annotation.."));
    rows.put(
        "transfer.observe",
        List.of(BASE + "transfer.control..", BASE + "store.io..", "io.prometheus.."));
    rows.put("transfer.web", List.of("io.netty.."));
    rows.put("transfer.classad", List.of());
    rows.put("transfer.userlog", List.of());
    rows.put("transfer.config", List.of(BASE + "transfer.classad.."));
    rows.put("transfer.submit", List.of(BASE + "transfer.config..", BASE + "transfer.classad.."));
    rows.put(
        "transfer.session",
        List.of(
            BASE + "protocol..",
            BASE + "snapshot.device..",
            "io.netty.buffer..",
            "io.netty.util.."));
    rows.put(
        "transfer.nbd",
        List.of(BASE + "protocol.nbd..", BASE + "snapshot.device..", "io.netty.buffer.."));
    rows.put(
        "transfer.net",
        List.of(
            BASE + "protocol..",
            BASE + "transfer.session..",
            BASE + "transfer.pool..",
            BASE + "transfer.nbd..",
            BASE + "snapshot.device..",
            "javax.crypto..", // of the JDK, in spite of their names
            "javax.net.ssl..",
            "io.netty.."));
    rows.put(
        "transfer.client",
        List.of(
            BASE + "protocol..",
            BASE + "snapshot.device..",
            BASE + "transfer.net..",
            BASE + "transfer.session.."));
    rows.put(
        "transfer.landing",
        List.of(
            BASE + "protocol.content..",
            BASE + "protocol.error..",
            BASE + "protocol.message..",
            BASE + "transfer.client..",
            BASE + "transfer.net..",
            BASE + "transfer.session..",
            BASE + "store.io..",
            BASE + "store.chunking..",
            BASE + "snapshot.device.."));
    rows.put(
        "transfer.tree",
        List.of(
            BASE + "protocol.content..",
            BASE + "protocol.error..",
            BASE + "protocol.message..",
            BASE + "transfer.client..",
            BASE + "transfer.landing..",
            BASE + "transfer.session..",
            BASE + "store.io..",
            BASE + "store.chunking..",
            BASE + "snapshot.device..",
            "tools.jackson.."));
    rows.put(
        "transfer.swarm",
        List.of(
            BASE + "protocol.content..",
            BASE + "protocol.error..",
            BASE + "transfer.client..",
            BASE + "transfer.landing..",
            BASE + "transfer.net..",
            BASE + "transfer.session..",
            BASE + "snapshot.device..",
            "javax.crypto.."));
    rows.put("transfer.guest", List.of(BASE + "snapshot.device.."));
    rows.put(
        "transfer.lifecycle",
        List.of(
            BASE + "snapshot..",
            BASE + "store.io..",
            BASE + "transfer.guest..",
            "javax.xml.stream..", // what libvirt is told; of the JDK, in spite of its name
            "tools.jackson.."));
    rows.put(
        "transfer.daemon",
        List.of(
            BASE + "protocol..",
            BASE + "snapshot..",
            BASE + "store..",
            BASE + "transfer.control..",
            BASE + "transfer.observe..",
            BASE + "transfer.web..",
            BASE + "transfer.config..",
            BASE + "transfer.classad..",
            BASE + "transfer.submit..",
            BASE + "transfer.pool..",
            BASE + "transfer.userlog..",
            BASE + "transfer.net..",
            BASE + "transfer.nbd..",
            BASE + "transfer.session..",
            BASE + "transfer.landing..",
            BASE + "transfer.tree..",
            BASE + "transfer.swarm..",
            BASE + "transfer.client..",
            BASE + "transfer.guest..",
            BASE + "transfer.lifecycle..",
            "com.sun.management..",
            "io.netty.handler.ssl..", // the status page's TLS, handed from the pool to the web room
            "tools.jackson.."));
    rows.put(
        "transfer.condor",
        List.of(
            BASE + "protocol.content..",
            BASE + "protocol.error..",
            BASE + "snapshot..",
            BASE + "store.chunking..",
            BASE + "store.io..",
            BASE + "transfer.classad..",
            BASE + "transfer.config..",
            BASE + "transfer.landing..",
            BASE + "transfer.lifecycle..",
            "tools.jackson.."));
    rows.put(
        "transfer.demo",
        List.of(BASE + "protocol..", BASE + "snapshot..", BASE + "store..", BASE + "transfer.."));
    rows.put(
        "transfer.doctor",
        List.of(
            BASE + "snapshot.device..",
            BASE + "transfer.config..",
            BASE + "transfer.control..",
            BASE + "transfer.daemon..",
            BASE + "transfer.lifecycle..",
            BASE + "transfer.net..",
            BASE + "transfer.pool..",
            "com.sun.management..", // of the JDK: options of the runtime
            "io.netty..", // these four: whether their native libraries load
            "net.jpountz..",
            "com.github.luben.zstd..",
            "org.rocksdb..",
            "org.apache.commons.compress..")); // the archive of a support bundle
    rows.put("transfer.cli", List.of("io.landfall..", "picocli..", "tools.jackson.."));
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> everyRoomImportsOnlyWhatItsRowAllows() {
    return ARROWS.entrySet().stream()
        .map(row ->
            dynamicTest(
                row.getKey(),
                () -> {
                  List<String> allowed =
                      new ArrayList<>(List.of("java..", "jdk..", BASE + row.getKey() + ".."));
                  allowed.addAll(row.getValue());
                  classes()
                      .that()
                      .resideInAPackage(BASE + row.getKey() + "..")
                      .should()
                      .onlyDependOnClassesThat()
                      .resideInAnyPackage(allowed.toArray(String[]::new))
                      .allowEmptyShould(false)
                      .check(MAIN);
                }));
  }

  @Test
  void everyRoomHasARowAndEveryRowARoom() {
    Set<String> found = new TreeSet<>();
    MAIN.forEach(c -> found.add(room(c)));
    assertThat(found).isEqualTo(new TreeSet<>(ARROWS.keySet()));
  }

  @Test
  void roomsAreFreeOfCycles() {
    slices().matching(BASE + "(*).(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void onlyTheRoofKnowsTheLifecycle() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            BASE + "transfer.lifecycle..",
            BASE + "transfer.daemon..",
            BASE + "transfer.condor..",
            BASE + "transfer.demo..",
            BASE + "transfer.doctor..",
            BASE + "transfer.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BASE + "transfer.lifecycle..")
        .check(MAIN);
  }

  /// On a live database `openReadOnly` deletes files that the writer still needs, or reports damage
  /// that is not there.
  @Test
  void nobodyOpensRocksDbReadOnly() {
    noClasses()
        .should()
        .callMethodWhere(
            com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                com.tngtech.archunit.core.domain.properties.HasName.Predicates.name(
                    "openReadOnly")))
        .check(MAIN);
  }

  /// `io.landfall.store.chunk.pack.Pack` lives in room `store.chunk`.
  private static String room(JavaClass c) {
    String[] parts = c.getPackageName().substring(BASE.length()).split("\\.", -1);
    return parts[0] + "." + parts[1];
  }
}
