package io.landfall.transfer.net;

import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// Questions on the control connection that wait for their answers. Any thread.
final class Calls {
  private final String peerName;
  private final AtomicInteger nextRequest = new AtomicInteger(1);
  private final Map<Integer, CompletableFuture<TransferMessage>> waiting =
      new ConcurrentHashMap<>();
  private volatile IOException failure;

  Calls(String peerName) {
    this.peerName = peerName;
  }

  /// How a question is sent.
  interface Sender {
    void send(TransferMessage question) throws IOException;
  }

  TransferMessage ask(
      IntFunction<TransferMessage> question, Sender sender, Supplier<String> closeReason)
      throws IOException {
    int request = nextRequest.getAndIncrement();
    CompletableFuture<TransferMessage> answer = new CompletableFuture<>();
    waiting.put(request, answer);
    try {
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      sender.send(question.apply(request));
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + peerName);
    } catch (ExecutionException e) {
      throw asked(e.getCause(), closeReason);
    } finally {
      waiting.remove(request);
    }
  }

  private static IOException asked(Throwable cause, Supplier<String> closeReason) {
    // A new exception with the caller's own stack, the answer's as its cause.
    return switch (cause) {
      case RemoteException remote -> remote;
      case IOException io -> new IOException(io.getMessage(), io);
      default -> new IOException("asking failed: " + closeReason.get(), cause);
    };
  }

  /// An answer arrived; nobody may be waiting for it any more.
  void answered(int request, TransferMessage answer) {
    CompletableFuture<TransferMessage> call = waiting.remove(request);
    if (call != null) {
      call.complete(answer);
    }
  }

  void failed(Failure answer) {
    CompletableFuture<TransferMessage> call = waiting.remove(answer.request());
    if (call != null) {
      call.completeExceptionally(new RemoteException(peerName, answer.code(), answer.sentence()));
    }
  }

  /// Fails all questions, now and from now on.
  void fail(IOException why) {
    failure = why;
    waiting.values().forEach(call -> call.completeExceptionally(why));
  }
}
