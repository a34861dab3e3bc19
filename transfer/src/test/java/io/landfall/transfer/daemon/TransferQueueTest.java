package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TransferQueueTest {
  private final BlockingQueue<Turn> turns = new LinkedBlockingQueue<>();

  private record Turn(String name, TransferQueue.Slot slot) {}

  /// Asks for a turn on a thread of its own; returns when it waits or has it.
  private void ask(TransferQueue queue, String user, String name) throws InterruptedException {
    int before = queue.waiting() + turns.size();
    Thread.ofVirtual()
        .start(() -> {
          try {
            turns.add(new Turn(name, queue.enter(user)));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    while (queue.waiting() + turns.size() == before) {
      Thread.onSpinWait();
    }
  }

  private Turn next() throws InterruptedException {
    Turn turn = turns.poll(10, TimeUnit.SECONDS);
    assertThat(turn).isNotNull();
    return turn;
  }

  /// Ends each turn when it has come, and tells the order.
  private List<String> order(int count) throws InterruptedException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Turn turn = next();
      names.add(turn.name());
      turn.slot().close();
    }
    return names;
  }

  @Test
  void userWithFewestRunningGoesFirst() throws InterruptedException {
    TransferQueue queue = new TransferQueue(2);
    ask(queue, "ann", "a1");
    ask(queue, "ann", "a2");
    Turn first = next();
    Turn second = next();
    ask(queue, "ann", "a3");
    ask(queue, "bob", "b1");
    first.slot().close();
    assertThat(next().name()).isEqualTo("b1");
    second.slot().close();
    assertThat(next().name()).isEqualTo("a3");
  }

  @Test
  void amongEqualsTheOneServedLongestAgo() throws InterruptedException {
    TransferQueue queue = new TransferQueue(1);
    ask(queue, "ann", "a1");
    ask(queue, "ann", "a2");
    ask(queue, "ann", "a3");
    ask(queue, "bob", "b1");
    ask(queue, "bob", "b2");
    ask(queue, "cid", "c1");
    assertThat(order(6)).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void noMoreThanTheLimitAtOnce() throws InterruptedException {
    TransferQueue queue = new TransferQueue(3);
    for (int i = 0; i < 5; i++) {
      ask(queue, "user" + i, "t" + i);
    }
    next();
    next();
    Turn third = next();
    assertThat(queue.waiting()).isEqualTo(2);
    third.slot().close();
    third.slot().close(); // once is enough
    next();
    assertThat(queue.waiting()).isEqualTo(1);
  }

  @Test
  void zeroIsNoLimit() throws InterruptedException {
    TransferQueue queue = new TransferQueue(0);
    for (int i = 0; i < 50; i++) {
      ask(queue, "ann", "t" + i);
    }
    for (int i = 0; i < 50; i++) {
      next();
    }
  }

  @Test
  void interruptedWaiterLeavesTheQueue() throws InterruptedException {
    TransferQueue queue = new TransferQueue(1);
    ask(queue, "ann", "a1");
    Thread waiter =
        Thread.ofVirtual()
            .start(() -> {
              try {
                queue.enter("bob");
              } catch (InterruptedException e) {
                return;
              }
            });
    while (queue.waiting() == 0) {
      Thread.onSpinWait();
    }
    waiter.interrupt();
    waiter.join();
    assertThat(queue.waiting()).isZero();
    ask(queue, "cid", "c1");
    assertThat(order(2)).containsExactly("a1", "c1");
  }
}
