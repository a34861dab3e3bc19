package io.landfall.transfer.condor.gahp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GahpTest {
  private static final GahpSettings SETTINGS =
      new GahpSettings(
          64, true, List.of("nat"), "nat", Optional.empty(), false, Optional.empty(), "simulated");

  @TempDir Path scratch;

  private Starter starter;
  private Thread server;

  @BeforeEach
  void aServer() throws IOException {
    try (RawFile disk = RawFile.create(scratch.resolve("guest.img"), 8 << 20)) {
      WorkProgram.install(disk, new WorkPlan(60_000, Duration.ofMillis(10)));
    }
    serve("kvm");
  }

  private void serve(String vmType) throws IOException {
    PipedInputStream fromStarter = new PipedInputStream(1 << 16);
    PipedOutputStream toStarter = new PipedOutputStream();
    PipedInputStream fromServer = new PipedInputStream(toStarter, 1 << 16);
    PipedOutputStream toServer = new PipedOutputStream(fromStarter);
    server =
        Thread.ofPlatform()
            .start(() -> {
              try (toStarter) {
                Gahp.serve(SETTINGS, vmType, scratch, fromStarter, toStarter);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    starter = new Starter(fromServer, toServer);
  }

  @AfterEach
  void endOfInputEndsTheServer() throws Exception {
    starter.close();
    server.join();
  }

  @Test
  void whatIsNoCommandIsRefused() throws Exception {
    for (String line :
        List.of(
            "HELLO",
            "",
            "CONDOR_VM_START 2",
            "CONDOR_VM_START two kvm",
            "CONDOR_VM_START 0 kvm",
            "CONDOR_VM_START -3 kvm",
            "CONDOR_VM_START 2 qemu",
            "CONDOR_VM_START 2 vmware",
            "CONDOR_VM_STATUS 2 one",
            "VERSION 1")) {
      assertThat(starter.say(line)).as(line).containsExactly("E");
    }
    assertThat(starter.say("version"))
        .containsExactly("S", "$VMGahpVersion", "0.0.1", "Landfall", "$");
  }

  @Test
  void aRequestsNumberIsTakenUntilItsResultIsFetched() throws Exception {
    assertThat(starter.say("CONDOR_VM_STATUS 7 1")).containsExactly("S");
    assertThat(starter.say("CONDOR_VM_STATUS 7 1")).containsExactly("E");
    assertThat(starter.say("RESULTS")).containsExactly("S", "1");
    assertThat(starter.reply()).containsExactly("7", "0", "STATUS=Stopped");
    assertThat(starter.say("CONDOR_VM_STATUS 7 1")).containsExactly("S");
  }

  @Test
  void resultsAreAnnouncedOnceUntilTheyAreFetchedAndOnlyIfWanted() throws Exception {
    assertThat(starter.say("CONDOR_VM_STATUS 2 1")).containsExactly("S");
    assertThat(starter.say("CONDOR_VM_STATUS 3 1")).containsExactly("S");
    assertThat(starter.say("ASYNC_MODE_OFF")).containsExactly("S");
    assertThat(starter.announced()).isEqualTo(1);
    assertThat(starter.say("RESULTS")).containsExactly("S", "2");
    starter.reply();
    starter.reply();
    assertThat(starter.say("CONDOR_VM_STATUS 4 1")).containsExactly("S");
    assertThat(starter.say("VERSION").getFirst()).isEqualTo("S");
    assertThat(starter.announced()).isEqualTo(1);
    assertThat(starter.say("ASYNC_MODE_ON")).containsExactly("S");
    assertThat(starter.say("VERSION").getFirst()).isEqualTo("S");
    assertThat(starter.announced()).isEqualTo(2);
  }

  @Test
  void whatIsWrongWithAJobIsSaidInHtcondorsWords() throws Exception {
    assertThat(starter.request("CONDOR_VM_START kvm")).isEqualTo(failed("NO_JOBCLASSAD_INFO"));
    wrong("", "JOBCLASSAD_NO_VM_MEMORY_PARAM", "JobVMMemory");
    wrong("JobVMMemory = 65", "JOBCLASSAD_TOO_MUCH_MEMORY_REQUEST", "JobVMMemory");
    wrong(
        "JobVMNetworkingType = \"bridge\"\nJobVMNetworking = true",
        "JOBCLASSAD_MISMATCHED_NETWORKING_TYPE");
    wrong("JobVMHardwareVT = true", "JOBCLASSAD_MISMATCHED_HARDWARE_VT");
    wrong("", "CRITICAL", "User");
    wrong("", "JOBCLASSAD_KVM_NO_DISK_PARAM", "VMPARAM_vm_Disk");
    for (String disk :
        List.of(
            "guest.img:vda", "other.img:vda:w", "guest.img:vda:w:raw:x", "guest.img:nowhere:w")) {
      wrong("VMPARAM_vm_Disk = \"" + disk + "\"", "JOBCLASSAD_KVM_INVALID_DISK_PARAM");
    }
    wrong("VMPARAM_vm_Disk = \"guest.img:vda:w:qcow2\"", "BAD_IMAGE");
  }

  private void wrong(String more, String word, String... without) throws Exception {
    starter.sendAd(scratch.toString(), ad(more, without));
    assertThat(starter.request("CONDOR_VM_START kvm")).as(more).isEqualTo(failed(word));
  }

  private static List<String> failed(String word) {
    return List.of("1", "VMGAHP_ERR_" + word);
  }

  @Test
  void aDriversWordsComeAsOneWord() throws Exception {
    Files.write(scratch.resolve("guest.img"), new byte[1 << 20]);
    starter.sendAd(scratch.toString(), ad(""));
    List<String> result = starter.request("CONDOR_VM_START kvm");
    assertThat(result).hasSize(2).startsWith("1");
    assertThat(result.get(1)).contains("work program's disk");
  }

  @Test
  void whatCannotHappenNowIsRefused() throws Exception {
    starter.sendAd(scratch.toString(), ad("JobVMCheckpoint = false"));
    String vm = starter.request("CONDOR_VM_START kvm").get(1);
    assertThat(starter.request("CONDOR_VM_CHECKPOINT " + vm))
        .isEqualTo(failed("VM_NO_SUPPORT_CHECKPOINT"));
    assertThat(starter.request("CONDOR_VM_SUSPEND 99")).isEqualTo(failed("VM_NOT_FOUND"));
    assertThat(starter.request("CONDOR_VM_SUSPEND " + vm)).containsExactly("0", "NULL");
    assertThat(starter.request("CONDOR_VM_SUSPEND " + vm)).containsExactly("0", "NULL");
    assertThat(starter.request("CONDOR_VM_RESUME " + vm)).containsExactly("0", "NULL");
    assertThat(starter.request("CONDOR_VM_RESUME " + vm)).containsExactly("0", "NULL");
    assertThat(starter.request("CONDOR_VM_STOP " + vm)).containsExactly("0", "NULL");
    assertThat(starter.request("CONDOR_VM_STOP " + vm)).isEqualTo(failed("VM_NOT_FOUND"));
  }

  @Test
  void aCheckpointOverAnotherDiskIsNotUsed() throws Exception {
    starter.sendAd(scratch.toString(), ad("JobVMCheckpoint = true"));
    String vm = starter.request("CONDOR_VM_START kvm").get(1);
    assertThat(starter.request("CONDOR_VM_CHECKPOINT " + vm)).containsExactly("0", "NULL");
    try (RawFile image = RawFile.openWritable(scratch.resolve("guest.img"))) {
      image.write(7 << 20, java.nio.ByteBuffer.wrap(new byte[] {1}));
    }
    assertThat(starter.request("CONDOR_VM_RESUME " + vm))
        .isEqualTo(failed("VM_INVALID_SUSPEND_FILE"));
  }

  @Test
  void linesAndWords() throws Exception {
    GahpLines lines =
        new GahpLines(
            new ByteArrayInputStream(
                "a b\r\nc\\\nd\\\r e\\\\\n\nunfinished".getBytes(StandardCharsets.UTF_8)));
    assertThat(lines.next()).hasValue("a b");
    String second = lines.next().orElseThrow();
    assertThat(GahpLines.words(second)).containsExactly("c\nd\r", "e\\");
    assertThat(lines.next()).hasValue("");
    assertThat(lines.next()).isEmpty();
    assertThat(GahpLines.words(" a\t\tb\\ c ")).containsExactly("a", "b c");
    String awkward = "a b\\c\r\nd";
    assertThat(GahpLines.words(GahpLines.escaped(awkward))).containsExactly(awkward);
  }

  @Test
  void argumentsAreTheStarters() {
    assertThat(GahpMode.parse(List.of("-f", "-t", "-M", "3"))).isEqualTo(new GahpMode.Serve());
    assertThat(GahpMode.parse(List.of("-f", "-M", "0", "vmtype", "KVM")))
        .isEqualTo(new GahpMode.Probe("kvm"));
    assertThat(GahpMode.parse(List.of("-M", "4", "v", "kvm", "m", "a_1.0")))
        .isEqualTo(new GahpMode.Kill("kvm", "a_1.0"));
    for (List<String> wrong :
        List.of(
            List.<String>of(),
            List.of("-M"),
            List.of("-M", "2"),
            List.of("-M", "3", "x"),
            List.of("-M", "0"),
            List.of("vmtype", "kvm", "-M", "0"))) {
      assertThatThrownBy(() -> GahpMode.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("usage:");
    }
  }

  private static String ad(String more, String... without) {
    String all =
        """
        ClusterId = 1
        ProcId = 0
        User = "ann@here"
        JobVMType = "kvm"
        JobVMMemory = 16
        VMPARAM_vm_Disk = "guest.img:vda:w"
        """;
    StringBuilder ad = new StringBuilder();
    all.lines()
        .filter(line -> List.of(without).stream().noneMatch(line::startsWith))
        .forEach(line -> ad.append(line).append('\n'));
    return ad.append(more).append('\n').toString();
  }
}
