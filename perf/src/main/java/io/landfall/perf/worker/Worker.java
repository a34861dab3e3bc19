package io.landfall.perf.worker;

import io.landfall.perf.worker.Order.BareReceive;
import io.landfall.perf.worker.Order.BareSend;
import io.landfall.perf.worker.Order.Convert;
import io.landfall.perf.worker.Order.HideDisk;
import io.landfall.perf.worker.Order.Ingest;
import io.landfall.perf.worker.Order.Know;
import io.landfall.perf.worker.Order.Land;
import io.landfall.perf.worker.Order.LandInCache;
import io.landfall.perf.worker.Order.LandTree;
import io.landfall.perf.worker.Order.Read;
import io.landfall.perf.worker.Order.Restore;
import io.landfall.perf.worker.Order.Serve;
import io.landfall.perf.worker.Order.ServeOverlay;
import io.landfall.perf.worker.Order.ServeTree;
import io.landfall.perf.worker.Order.Settle;
import io.landfall.perf.worker.Order.ShowDisk;
import io.landfall.perf.worker.Order.SubmitJobs;
import io.landfall.perf.worker.Order.Talk;
import io.landfall.perf.worker.Order.Verify;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import tools.jackson.databind.json.JsonMapper;

/// The program of a worker process: one order a line, one answer a line, until the input ends.
public final class Worker {
  private final JsonMapper json = new JsonMapper();
  private final LandingWork landing = new LandingWork();
  private final JobWork jobs = new JobWork();
  private final BareCopy bare = new BareCopy();
  private final ShownDisks shown = new ShownDisks();

  private Worker() {}

  /// Works until standard input ends.
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // Whatever a library prints must not be taken for an answer.
    System.setOut(System.err);
    Logger.getLogger("").setLevel(Level.WARNING);
    Worker worker = new Worker();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      answers.println(worker.json.writeValueAsString(worker.answer(line)));
    }
    System.exit(0);
  }

  private Answer answer(String line) {
    try {
      return Answer.of(carryOut(json.readValue(line, Order.class)));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      e.printStackTrace();
      return Answer.failed(e);
    }
  }

  private Map<String, Double> carryOut(Order order) throws IOException {
    return switch (order) {
      case Talk talk -> landing.talk(talk);
      case Serve serve -> landing.serve(serve);
      case ServeOverlay serve -> landing.serveOverlay(serve);
      case ServeTree serve -> landing.serveTree(serve);
      case LandTree land -> landing.landTree(land);
      case Know know -> landing.know(know);
      case Land land -> landing.land(land);
      case Settle _ -> landing.settle();
      case LandInCache land -> landing.landInCache(land);
      case BareSend send -> bare.send(send);
      case BareReceive receive -> bare.receive(receive);
      case SubmitJobs submit -> jobs.submit(submit);
      case Ingest ingest -> StoreWork.ingest(ingest);
      case Verify verify -> StoreWork.verify(verify);
      case Restore restore -> StoreWork.restore(restore);
      case Convert convert -> ImageWork.convert(convert);
      case ShowDisk show -> shown.show(show);
      case HideDisk hide -> shown.hide(hide);
      case Read read -> ImageWork.read(read);
    };
  }
}
