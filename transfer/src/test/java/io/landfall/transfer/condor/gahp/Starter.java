package io.landfall.transfer.condor.gahp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// condor_starter's side of the conversation, as its source has it: writes `\r\n`, drops `\r`,
/// splits replies at unescaped blanks, swallows `R` wherever it comes, and demands three words of a
/// result.
final class Starter implements AutoCloseable {
  private final BufferedReader in;
  private final OutputStream out;
  private final String greeting;
  private final Queue<List<String>> results = new ArrayDeque<>();
  private int lastRequest = 1; // the first one used is 2
  private int announced;

  Starter(InputStream in, OutputStream out) throws IOException {
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.out = out;
    this.greeting = this.in.readLine();
  }

  String greeting() {
    return greeting;
  }

  /// How often `R` was heard.
  int announced() {
    return announced;
  }

  void write(String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /// A command and the words of its reply.
  List<String> say(String command) throws IOException {
    write(command);
    return reply();
  }

  /// The next reply.
  List<String> reply() throws IOException {
    while (true) {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("the server has gone");
      }
      if (!line.equals("R")) {
        return words(line);
      }
      announced++;
    }
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>(List.of(""));
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
        words.set(words.size() - 1, words.getLast() + line.charAt(i));
      } else if (c == ' ') {
        words.add("");
      } else {
        words.set(words.size() - 1, words.getLast() + c);
      }
    }
    return words;
  }

  /// Sends a job's ad as the starter does, the scratch directory first.
  void sendAd(String scratch, String ad) throws IOException {
    assertThat(say("CLASSAD")).containsExactly("S");
    write("VM_WORKING_DIR = \"" + scratch + "\"");
    for (String line : ad.lines().toList()) {
      write(line);
    }
    assertThat(say("CLASSAD_END")).containsExactly("S");
  }

  /// A blocking request: its result after the request's number, fetched as often as it takes.
  List<String> request(String command) throws IOException, InterruptedException {
    int number = ++lastRequest;
    String[] parts = command.split(" ", 2);
    assertThat(say(parts[0] + " " + number + " " + parts[1])).as(command).containsExactly("S");
    while (true) {
      fetch();
      for (List<String> result : results) {
        if (result.getFirst().equals(Integer.toString(number))) {
          results.remove(result);
          return result.subList(1, result.size());
        }
      }
      Thread.sleep(50); // the starter polls too, every two seconds
    }
  }

  private void fetch() throws IOException {
    List<String> head = say("RESULTS");
    assertThat(head.getFirst()).isEqualTo("S");
    for (int i = Integer.parseInt(head.get(1)); i > 0; i--) {
      results.add(reply());
    }
  }

  /// Asks for the status until it is another than `Running`.
  String statusAfterRunning(String vm) throws IOException, InterruptedException {
    while (true) {
      List<String> result = request("CONDOR_VM_STATUS " + vm);
      assertThat(result.getFirst()).as(result.toString()).isEqualTo("0");
      if (!result.get(1).equals("STATUS=Running")) {
        return result.get(1);
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
    in.close();
  }
}
