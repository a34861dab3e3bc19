package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.MemoryFiles;
import io.landfall.transfer.config.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Queue statements: how many jobs each makes, and what their variables hold.
class QueueTest {
  private static final String LABEL =
      Submits.BASIC.replace("= guest\n", "= $(Process)/$(Step)/$(Row)/$(Item)/$(a)/$(b)\n");

  private static List<String> labels(String queue) {
    return labels(queue, Submits.home());
  }

  private static List<String> labels(String queue, MemoryFiles files) {
    Submission submission = Submits.parse(LABEL + queue, files);
    assertThat(submission.problems()).filteredOn(Problem::isError).isEmpty();
    return submission.jobs().stream().map(VmJob::executable).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "queue, 1",
    "QUEUE, 1",
    "queue 7 - 3, 4",
    "queue 3 * (1 + 4), 15",
    "queue (2), 2",
    "queue(2), 2",
    "queue 0, 0",
    "queue in (x y z), 3",
    "'queue a in (x,y)', 2",
    "queue a IN (), 0",
    "'queue 3 a in ( x, y )', 6",
    "queue a matching (*.img), 3",
    "queue 2 * (2+5), 14",
    "queue 7 % 4, 3",
    "queue 9 / 2, 4"
  })
  void makesSoManyJobs(String queue, int jobs) {
    assertThat(labels(queue + "\n")).hasSize(jobs);
  }

  @ParameterizedTest
  @CsvSource({
    "queue -2, the number is negative",
    "'queue max(4,6)', 'queue takes a number'",
    "queue a, queue takes a number",
    "queue 1 +, not a number of jobs",
    "queue 1/0, not a number of jobs",
    "queue 10001, more than 10000 jobs",
    "queue 9999999999999999999, number too large",
    "queue a in (x, no line with ) ends this list",
    "queue a from nowhere.txt, cannot read",
    "queue a from ls |, runs no programs",
    "queue a-b in (x), not the name of a queue variable"
  })
  void isRefused(String queue, String why) {
    Submission submission = Submits.parse(LABEL + queue + "\n");
    assertThat(submission.valid()).isFalse();
    assertThat(submission.problems().toString()).contains("error [S24]: ").contains(why);
  }

  @Test
  void stepRunsFastestAndItemIsTheDefaultVariable() {
    assertThat(labels("queue 2 in (x y)\n"))
        .containsExactly("0/0/0/x//", "1/1/0/x//", "2/0/1/y//", "3/1/1/y//");
  }

  @Test
  void aListMaySpanLines() {
    assertThat(labels("queue a in (w\n  x, y\n# not this\nz\n)\n"))
        .extracting(l -> l.split("/", -1)[4])
        .containsExactly("w", "x", "y", "z");
  }

  @Test
  void linesFillSeveralVariables() {
    assertThat(labels("queue a, b from (\n one  1 \n two,2 3\n three\n)\n"))
        .extracting(l -> l.substring(l.indexOf("//") + 2))
        .containsExactly("one/1", "two/2 3", "three/");
  }

  @Test
  void linesComeFromAFile() {
    MemoryFiles files =
        Submits.home().with("/home/u/table.txt", "# names\nx 1\n\ny\u001f2 3\u001f4\n");
    assertThat(labels("queue a b from table.txt\n", files))
        .extracting(l -> l.substring(l.indexOf("//") + 2))
        .containsExactly("x/1", "y/2 3\u001f4");
  }

  @ParameterizedTest
  @CsvSource({
    "[1:3], bc",
    "[2], c",
    "[:2], ab",
    "[-2:], de",
    "[::2], ace",
    "[1::2], bd",
    "[9:], ''"
  })
  void slicesAreLikePythons(String slice, String expected) {
    // A lone [n] is n and what follows it: HTCondor's reading, not Python's.
    String wanted = slice.equals("[2]") ? "cde" : expected;
    List<String> labels = labels("queue a in " + slice + " (a b c d e)\n");
    assertThat(String.join("", labels.stream().map(l -> l.split("/", -1)[4]).toList()))
        .isEqualTo(wanted);
  }

  @Test
  void patternsMatchFilesOrDirectories() {
    assertThat(labels("queue a matching files images/*.qcow2 images/s*.img\n"))
        .hasSize(3)
        .element(0)
        .asString()
        .contains("images/guest.qcow2".split("/", -1)[1]);
    assertThat(labels("queue a matching dirs r*\n")).hasSize(2);
    assertThat(labels("queue a matching any (r* root*)\n")).hasSize(3);
    assertThat(labels("queue a matching any [1:] (r* root*)\n")).hasSize(2);
    assertThat(labels("queue a matching /shared/*/guest-?/*.vmx\n")).hasSize(1);
  }

  @Test
  void anEmptyQueueIsAWarning() {
    assertThat(Submits.parse(LABEL + "queue a in ()\n").problems())
        .singleElement()
        .asString()
        .contains("makes no jobs");
  }

  @Test
  void assignmentsPersistAndANewLabelIsANewCluster() {
    Submission submission =
        Submits.parse(
            Submits.BASIC + "queue 2\nvm_memory = 512\nqueue\nexecutable = other\nqueue 2\n");
    assertThat(submission.jobs())
        .extracting(VmJob::id)
        .containsExactly("7.0", "7.1", "7.2", "8.0", "8.1");
    assertThat(submission.jobs())
        .extracting(VmJob::memoryMiB)
        .containsExactly(256, 256, 512, 512, 512);
  }

  @Test
  void queueVariablesMayChooseTheImage() {
    Submission submission =
        Submits.parse(
            Submits.BASIC.replace("guest.img", "$(disk)")
                + "queue disk from (\nguest.img\nguest.qcow2\n)\n");
    assertThat(submission.problems()).isEmpty();
    assertThat(submission.jobs())
        .extracting(j -> j.disks().getFirst().file())
        .containsExactly("guest.img", "guest.qcow2");
  }

  @Test
  void theSameMistakeInEveryJobIsReportedOnce() {
    assertThat(Submits.parse(Submits.BASIC + "vm_memory = 0\nqueue 1000\n").problems()).hasSize(1);
  }

  @Test
  void queueMayNotStandInAnIncludedFile() {
    MemoryFiles files = Submits.home().with("/home/u/more", "queue\n");
    assertThat(Submits.parse(Submits.BASIC + "include : more\n", files).problems())
        .singleElement()
        .asString()
        .contains("/home/u/more")
        .contains("queue in an included file");
  }

  @Test
  void attributesAreExpandedPerJobAndTheLastOneCounts() {
    Submission submission =
        Submits.parse(
            Submits.BASIC + "+N = 1\nMY.n = $(Process)\n+Gone = 1\n-Gone\n+Empty =\nqueue 2\n");
    assertThat(submission.problems()).isEmpty();
    assertThat(submission.jobs().get(1).attributes())
        .containsEntry("n", "1")
        .containsEntry("Gone", "undefined")
        .containsEntry("Empty", "undefined")
        .hasSize(3);
  }

  @Test
  void theEnvironmentIsTheUsers() {
    MemoryFiles files =
        Submits.home().with("/home/u/job.sub", Submits.BASIC + "+E = \"$ENV(WHO)\"\nqueue\n");
    Submission submission =
        SubmitFile.parse(
            Submits.HOME.resolve("job.sub"),
            Submits.context(files).withEnvironment(Map.of("WHO", "me")));
    assertThat(submission.jobs().getFirst().attributes()).containsEntry("E", "\"me\"");
  }

  @Test
  void automaticVariables() {
    Submission submission =
        Submits.parse(
            Submits.BASIC
                + "+V = \"$(Cluster) $(ClusterId) $(ProcId) $(Year)-$(Month)-$(Day) $(SUBMIT_TIME)"
                + " $(ARCH) $(OPSYS) $(SUBMIT_FILE)\"\nqueue\n");
    assertThat(submission.jobs().getFirst().attributes().get("V"))
        .isEqualTo("\"7 7 0 2026-11-24 1795521600 X86_64 LINUX /home/u/job.sub\"");
  }
}
