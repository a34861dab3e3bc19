package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.device.WholeDisk;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolIdentity;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server as the clients of libnbd and QEMU see it.
class NbdInteropIT {
  private static final long SIZE = 64 << 20;
  private static final int DATA = 8 << 20;

  @TempDir private Path dir;
  private final NbdServer server = NbdServer.open(NbdServerSettings.standard());
  private Path image;
  private RawFile raw;

  @BeforeEach
  void image() throws IOException {
    image = dir.resolve("disk.img");
    RawFile.create(image, SIZE).close();
    raw = RawFile.openWritable(image);
    byte[] bytes = new byte[DATA];
    new Random(1).nextBytes(bytes);
    raw.write(0, ByteBuffer.wrap(bytes));
    raw.write(SIZE - DATA, ByteBuffer.wrap(bytes));
    raw.flush();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    server.close();
    assertThat(server.bytesInFlight()).isZero();
    raw.close();
  }

  private String serve(NbdExport export) throws IOException {
    Path socket = dir.resolve("nbd.sock");
    server.listen(socket, NbdExports.only(export));
    return "nbd+unix:///" + export.name() + "?socket=" + socket;
  }

  @Test
  void nbdinfoShowsExportsSizeFlagsAndAllocation() throws Exception {
    String uri = serve(NbdExport.readOnly("disk", raw).describedAs("a disk"));
    String json = Tools.run("nbdinfo", "--json", uri);
    assertThat(json)
        .contains("\"structured\": true")
        .contains("\"export-name\": \"disk\"")
        .contains("\"description\": \"a disk\"")
        .contains("\"export-size\": " + SIZE)
        .contains("\"is_read_only\": true")
        .contains("\"can_multi_conn\": true")
        .contains("\"base:allocation\"");
    assertThat(Tools.run("nbdinfo", uri)).contains("export-size: " + SIZE + " (64M)");
    assertThat(Tools.run("nbdinfo", "--list", "--json", uri)).contains("\"export-name\": \"disk\"");
    assertThat(Tools.run("nbdinfo", "--map", uri).replaceAll(" +", " ").lines().map(String::strip))
        .containsExactly(
            "0 " + DATA + " 0 data",
            DATA + " " + (SIZE - 2L * DATA) + " 3 hole,zero",
            SIZE - DATA + " " + DATA + " 0 data");
  }

  @Test
  void nbdcopyCarriesADiskOutAndInWithOneAndFourConnections() throws Exception {
    String uri = serve(NbdExport.writable("disk", raw));
    for (String connections : new String[] {"1", "4"}) {
      Path out = dir.resolve("out" + connections);
      Tools.run("nbdcopy", "--connections=" + connections, uri, out.toString());
      assertThat(Files.mismatch(image, out)).isEqualTo(-1);
    }
    Path other = dir.resolve("other.img");
    try (RawFile target = RawFile.create(other, SIZE)) {
      Path socket = dir.resolve("in.sock");
      server.listen(socket, NbdExports.only(NbdExport.writable("in", target)));
      for (String connections : new String[] {"1", "4"}) {
        target.zero(0, SIZE);
        Tools.run(
            "nbdcopy",
            "--flush",
            "--connections=" + connections,
            image.toString(),
            "nbd+unix:///in?socket=" + socket);
        assertThat(Files.mismatch(image, other)).isEqualTo(-1);
      }
    }
  }

  @Test
  void qemuImgComparesAndQemuIoWritesPatterns() throws Exception {
    try (OverlayFile overlay = OverlayFile.create(dir.resolve("w.overlay"), SIZE, raw)) {
      String uri = serve(NbdExport.writable("disk", new WholeDisk(overlay, raw)));
      assertThat(Tools.run("qemu-img", "compare", "-f", "raw", "-F", "raw", uri, image.toString()))
          .contains("identical");
      String out =
          Tools.run(
              "qemu-io",
              "-f",
              "raw",
              "-c",
              "write -P 7 4096 100k",
              "-c",
              "write -f -P 8 20M 1M",
              "-c",
              "write -z 64k 64k",
              "-c",
              "write -zu 20M 512k",
              "-c",
              "discard 30M 1M",
              "-c",
              "flush",
              "-c",
              "read -P 7 4096 60k",
              "-c",
              "read -P 0 64k 64k",
              "-c",
              "read -P 0 20M 512k",
              "-c",
              "read -P 8 20992k 512k",
              "-c",
              "aio_write -P 9 40M 2M",
              "-c",
              "aio_read -P 8 20992k 512k",
              "-c",
              "aio_flush",
              uri);
      assertThat(out).doesNotContain("Pattern verification failed").doesNotContain("error");
      byte[] byteOfNine = new byte[1];
      overlay.read(41 << 20, ByteBuffer.wrap(byteOfNine));
      assertThat(byteOfNine[0]).isEqualTo((byte) 9);
    }
  }

  /// `structured-read.sh` and `dirty-bitmap.sh` of libnbd, rewritten.
  @Test
  void holesTravelAsHolesAndBitmapsAsStatus() throws Exception {
    Path qcow2 = dir.resolve("s.qcow2");
    Tools.run(
        "qemu-img", "create", "-f", "qcow2", "-o", "cluster_size=512", qcow2.toString(), "1M");
    Tools.run(
        "qemu-io",
        "-f",
        "qcow2",
        "-c",
        "write -P 1 0 3k",
        "-c",
        "write -z 2048 512",
        qcow2.toString());
    try (BlockDevice disk = Qcow2Image.openLayer(qcow2);
        OverlayFile changes = OverlayFile.create(dir.resolve("c.overlay"), 1 << 20, disk)) {
      changes.write(64 << 10, ByteBuffer.allocate(64 << 10));
      changes.zero(512 << 10, 64 << 10);
      NbdExport export =
          NbdExport.readOnly("disk", LayeredDevice.over(changes, disk))
              .withBitmap("since", changes);
      python(
          serve(export),
          """
          h.add_meta_context('base:allocation')
          h.add_meta_context('qemu:dirty-bitmap:since')
          h.connect_uri(uri)
          seen = []
          h.pread_structured(3072, 0, lambda b, o, s, e: seen.append((o, len(b), s)))
          assert sorted(seen) == [(0, 2048, nbd.READ_DATA), (2048, 512, nbd.READ_HOLE), (2560, 512, nbd.READ_DATA)], seen
          one = []
          h.pread_structured(3072, 0, lambda b, o, s, e: one.append((o, len(b), s)), nbd.CMD_FLAG_DF)
          assert one == [(0, 3072, nbd.READ_DATA)], one
          found = {}
          h.block_status(1 << 20, 0, lambda c, o, e, err: found.update({c: e}))
          assert found['qemu:dirty-bitmap:since'] == [65536, 0, 65536, 1, 393216, 0, 65536, 1, 458752, 0], found
          assert found['base:allocation'][0:6] == [2048, 0, 512, 3, 512, 0], found
          h.shutdown()
          """);
    }
  }

  /// The cases of libnbd's `errors-server-*`, with the client's own checks off.
  @Test
  void badRequestsAreAnsweredAndTheConnectionLives() throws Exception {
    python(
        serve(NbdExport.writable("disk", raw)),
        """
        import errno
        def fails(want, f):
            try:
                f()
            except nbd.Error as e:
                assert e.errnum == want, (e.errnum, want, str(e))
            else:
                raise AssertionError('accepted')
            assert h.aio_is_ready()
        h.connect_uri(uri)
        h.set_strict_mode(0)
        size = h.get_size()
        fails(errno.EINVAL, lambda: h.pread(512, size))
        fails(errno.EINVAL, lambda: h.pread(512, size - 1))
        fails(errno.ENOSPC, lambda: h.pwrite(bytes(512), size))
        fails(errno.ENOSPC, lambda: h.zero(512, size))
        fails(errno.EINVAL, lambda: h.trim(512, size))
        fails(errno.EINVAL, lambda: h.cache(512, size))
        fails(errno.EINVAL, lambda: h.pread(0, 0))
        fails(errno.EINVAL, lambda: h.block_status(512, 0, lambda *a: 0))
        fails(errno.EINVAL, lambda: h.pread(512, 0, 1 << 14))
        fails(errno.EINVAL, lambda: h.pread(33 << 20, 0))
        fails(errno.EINVAL, lambda: h.pwrite(bytes(33 << 20), 0))
        h.pwrite(b'x' * 512, 0, nbd.CMD_FLAG_FUA)
        assert h.pread(512, 0) == b'x' * 512
        h.cache(1 << 20, 0)
        h.zero(4096, 0, nbd.CMD_FLAG_NO_HOLE)
        h.flush()
        assert h.pread(512, 0) == bytes(512)
        h.shutdown()
        """);
  }

  @Test
  void aReadOnlyExportRefusesToBeWritten() throws Exception {
    python(
        serve(NbdExport.readOnly("disk", raw)),
        """
        import errno
        h.connect_uri(uri)
        h.set_strict_mode(0)
        for f in (lambda: h.pwrite(bytes(512), 0), lambda: h.zero(512, 0), lambda: h.trim(512, 0)):
            try:
                f()
                raise AssertionError('accepted')
            except nbd.Error as e:
                assert e.errnum == errno.EPERM, str(e)
        h.flush()
        h.shutdown()
        """);
  }

  @Test
  void unknownExportsAndOldHandshakesAreDealtWith() throws Exception {
    String uri = serve(NbdExport.readOnly("disk", raw));
    python(
        uri,
        """
        h.set_opt_mode(True)
        h.connect_uri(uri)
        names = []
        h.opt_list(lambda name, text: names.append(name) or 0)
        assert names == ['disk'], names
        h.set_export_name('other')
        try:
            h.opt_go()
            raise AssertionError('accepted')
        except nbd.Error:
            pass
        h.set_export_name('disk')
        h.opt_info()
        assert h.get_size() == 64 << 20
        h.opt_go()
        h.shutdown()
        old = nbd.NBD()
        old.set_handshake_flags(0)
        old.connect_uri(uri)
        assert old.get_size() == 64 << 20
        assert not old.get_structured_replies_negotiated()
        old.pread(4096, 0)
        old.shutdown()
        """);
  }

  /// nbdkit's filters as the man in the middle: a client that sends other requests than ours would.
  @Test
  void nbdkitsFiltersFindEqualBytes() throws Exception {
    Tools.need("nbdkit", "nbdcopy");
    String uri = serve(NbdExport.readOnly("disk", raw));
    Tools.run(
        "nbdkit",
        "-U",
        "-",
        "nbd",
        "uri=" + uri,
        "--filter=blocksize",
        "maxdata=12k",
        "--filter=noextents",
        "--run",
        "nbdcopy \"$uri\" " + dir.resolve("through.img"));
    assertThat(Files.mismatch(image, dir.resolve("through.img"))).isEqualTo(-1);
    Tools.run(
        "nbdkit",
        "-U",
        "-",
        "--filter=checkwrite",
        "file",
        image.toString(),
        "--run",
        "nbdcopy '" + uri + "' \"$uri\"");
  }

  /// What `landfall pool issue` makes for a host of a pool of its own.
  private Path issued(String pool) throws IOException {
    return PoolAuthority.init(dir.resolve(pool))
        .issue(PoolIdentity.host("localhost"), List.of(), Duration.ofDays(1));
  }

  @Test
  void overTcpWithClientCertificates() throws Exception {
    Path pki = issued("pki");
    Path stranger = issued("stranger");
    int port =
        server
            .listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                NbdExports.only(NbdExport.readOnly("disk", raw)),
                pki)
            .address()
            .getPort();
    String uri = "nbds://localhost:" + port + "/disk?tls-certificates=" + pki;
    Path out = dir.resolve("tls.img");
    Tools.run("nbdcopy", uri, out.toString());
    assertThat(Files.mismatch(image, out)).isEqualTo(-1);
    assertThat(
            Tools.run(
                "qemu-img",
                "compare",
                "--image-opts",
                "--object",
                "tls-creds-x509,id=t,endpoint=client,dir=" + pki,
                "driver=raw,file.driver=nbd,file.host=localhost,file.port="
                    + port
                    + ",file.export=disk,file.tls-creds=t",
                "driver=raw,file.driver=file,file.filename=" + image))
        .contains("identical");
    python(
        uri,
        """
        def refused(tls, certificates):
            n = nbd.NBD()
            n.set_tls(tls)
            if certificates:
                n.set_tls_certificates(certificates)
            try:
                n.connect_tcp('localhost', '%d')
                n.pread(512, 0)
            except nbd.Error:
                return
            raise AssertionError('accepted')
        refused(nbd.TLS_DISABLE, None)
        refused(nbd.TLS_REQUIRE, '%s')
        """
            .formatted(port, stranger));
  }

  private static void python(String uri, String script) throws Exception {
    if (Boolean.getBoolean("interop.required")) {
      assertThat(Path.of("/usr/bin/python3")).exists();
    }
    org.junit.jupiter.api.Assumptions.assumeTrue(
        new ProcessBuilder("/usr/bin/python3", "-c", "import nbd").start().waitFor() == 0
            || Boolean.getBoolean("interop.required"),
        "python3-libnbd is not installed");
    Tools.run(
        "/usr/bin/python3",
        "-c",
        "import nbd, sys\nuri = sys.argv[1]\nh = nbd.NBD()\n" + script,
        uri);
  }
}
