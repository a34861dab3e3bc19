package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.AskManifest;
import io.landfall.protocol.message.TransferMessage.AskPages;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Fin;
import io.landfall.protocol.message.TransferMessage.MapRange;
import io.landfall.protocol.message.TransferMessage.Mark;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Reply;
import io.landfall.protocol.message.TransferMessage.Request;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.transfer.session.Answer;
import io.landfall.transfer.session.Exports;
import io.landfall.transfer.session.Source;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// What the other side asks of us on one link. Takes questions on the event loop and answers them
/// elsewhere: requests and opens on virtual threads, since callers' code runs there, everything
/// that touches a disk on the pool for reading.
final class Serving {
  private static final Logger LOG = System.getLogger(Serving.class.getName());

  private final Machinery machinery;
  private final Connection control;
  private final Source source;
  private final Audit audit;
  private final int version;
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile Exports exports = name -> Optional.empty();
  private volatile RequestHandler handler;

  Serving(Machinery machinery, Connection control, Audit audit, int version) {
    this.machinery = machinery;
    this.control = control;
    this.audit = audit;
    this.version = version;
    this.source = new Source(name -> exports.find(name), control.allocator());
  }

  void serve(Exports newExports) {
    this.exports = newExports;
  }

  void onRequest(RequestHandler newHandler) {
    this.handler = newHandler;
  }

  void request(Request question) {
    RequestHandler to = handler;
    if (to == null) {
      control.send(
          new Failure(question.request(), ErrorCode.BUSY, "this peer takes no requests yet"));
      return;
    }
    if (begin(question.request())) {
      Thread.ofVirtual()
          .name("landfall-request")
          .start(() -> replyWhenRoom(() -> answer(to, question)));
    }
  }

  private static TransferMessage answer(RequestHandler to, Request question) {
    try {
      return new Reply(question.request(), requireText(to.handle(question.json())));
    } catch (ProtocolException e) {
      return new Failure(question.request(), e.code(), sentence(e));
    } catch (IOException e) {
      return new Failure(question.request(), ErrorCode.REQUEST_FAILED, sentence(e));
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "answering a request", e);
      return new Failure(question.request(), ErrorCode.INTERNAL, "internal error: " + e);
    }
  }

  private static String requireText(String json) {
    int bytes = ByteBufUtil.utf8Bytes(json);
    if (bytes < 1 || bytes > Limits.MAX_TEXT_BYTES) {
      throw new IllegalStateException(
          "an answer of " + bytes + " bytes, expected 1 to " + Limits.MAX_TEXT_BYTES);
    }
    return json;
  }

  private static String sentence(IOException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    int bound = Limits.MAX_SENTENCE_BYTES / 4; // characters of up to four bytes
    return message.length() <= bound ? message : message.substring(0, bound);
  }

  void open(Open question) {
    if (begin(question.request())) {
      Thread.ofVirtual()
          .name("landfall-open")
          .start(() -> reply(question.request(), () -> opened(question)));
    }
  }

  private TransferMessage opened(Open question) {
    TransferMessage answer = source.open(question);
    if (answer instanceof TransferMessage.Opened) {
      audit.opened(question.export());
    }
    return answer;
  }

  void map(MapRange question) {
    if (begin(question.request())) {
      onDisk(() -> reply(question.request(), () -> source.map(question)));
    }
  }

  void pages(AskPages question) {
    if (begin(question.request())) {
      onDisk(() -> reply(question.request(), () -> source.pages(question)));
    }
  }

  void manifest(AskManifest question) {
    if (begin(question.request())) {
      onDisk(() -> source.manifest(question, answer -> reply(question.request(), () -> answer)));
    }
  }

  void mark(Mark mark) {
    LOG.log(Level.DEBUG, "{0}: {1} ranges durable", mark.handle(), mark.ranges().size());
  }

  void fin(Fin fin) {
    onDisk(() -> source.fin(fin.handle()));
  }

  Answer want(Want want) throws ProtocolException {
    Versions.requireSpoken(want, version);
    return source.want(want);
  }

  private boolean begin(int request) {
    if (underWay.incrementAndGet() > Limits.MAX_REQUESTS) {
      underWay.decrementAndGet();
      control.send(
          new Failure(
              request,
              ErrorCode.BUSY,
              "more than " + Limits.MAX_REQUESTS + " questions under way on one link"));
      return false;
    }
    return true;
  }

  private void reply(int request, Supplier<TransferMessage> answer) {
    try {
      control.send(answer.get());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "answering", e);
      control.send(new Failure(request, ErrorCode.INTERNAL, "internal error: " + e));
    } finally {
      underWay.decrementAndGet();
    }
  }

  /// Replies may be long: those that wait for room do so on their own virtual threads.
  private void replyWhenRoom(Supplier<TransferMessage> answer) {
    try {
      control.sendWhenRoom(answer.get());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the link closed before an answer could leave", e);
    } finally {
      underWay.decrementAndGet();
    }
  }

  private void onDisk(Runnable task) {
    try {
      machinery.reading().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the endpoint is closed", e);
    }
  }

  void close() {
    onDisk(source::close);
  }
}
