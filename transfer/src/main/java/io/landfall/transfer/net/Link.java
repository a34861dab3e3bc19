package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Fin;
import io.landfall.protocol.message.TransferMessage.Notice;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Reply;
import io.landfall.protocol.message.TransferMessage.Request;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.Exports;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// A link to one peer: its connections, what we serve on it, what we ask and pull over it. Any
/// thread.
final class Link implements Peer {
  private static final Logger LOG = System.getLogger(Link.class.getName());

  /// A goodbye: FIN of the handle that no export has.
  static final Fin GOODBYE = new Fin(0);

  private final Machinery machinery;
  private final UUID session;
  private final PeerIdentity identity;
  private final String peerName;
  private final Connection control;
  private final int version;
  private final Calls calls;
  private final Serving serving;
  private final DataLanes lanes;
  private final Notices notices;
  private final Audit audit = new Audit();
  private final AtomicReference<String> closeReason = new AtomicReference<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  Link(
      Machinery machinery,
      UUID session,
      PeerIdentity identity,
      String peerName,
      Connection control,
      int version) {
    this.machinery = machinery;
    this.session = session;
    this.identity = identity;
    this.peerName = peerName;
    this.control = control;
    this.version = version;
    this.calls = new Calls(peerName);
    this.serving = new Serving(machinery, control, audit, version);
    this.lanes = new DataLanes(machinery, peerName);
    this.notices = new Notices(peerName);
    control.listener(new ControlListener());
  }

  UUID session() {
    return session;
  }

  /// Adds a data connection.
  ///
  /// @return how many there are now
  int attach(Connection connection) {
    int count = lanes.add(connection, serving, reason -> lost("data connections: " + reason));
    if (closed.isDone()) {
      connection.close(closeReason());
    }
    return count;
  }

  @Override
  public String name() {
    return peerName;
  }

  @Override
  public PeerIdentity identity() {
    return identity;
  }

  @Override
  public InetSocketAddress address() {
    return control.address();
  }

  @Override
  public CompletableFuture<Void> closed() {
    return closed.copy();
  }

  @Override
  public String closeReason() {
    String reason = closeReason.get();
    return reason == null ? "" : reason;
  }

  @Override
  public void serve(Exports exports) {
    serving.serve(exports);
  }

  @Override
  public void onRequest(RequestHandler handler) {
    serving.onRequest(handler);
  }

  @Override
  public void onNotice(Consumer<String> handler) {
    notices.handler(handler);
  }

  @Override
  public String request(String json) throws IOException {
    requireText(json);
    return ask(Reply.class, request -> new Request(request, json)).json();
  }

  @Override
  public void notice(String json) throws IOException {
    requireText(json);
    requireOpen();
    control.sendWhenRoom(new Notice(json));
    requireOpen();
  }

  @Override
  public RemoteExport open(String export) throws IOException {
    Opened opened = ask(Opened.class, request -> new Open(request, export));
    return new LinkExport(this, export, opened);
  }

  /// Asks on the control connection and waits for the answer.
  ///
  /// @throws RemoteException if the answer is an error
  <T extends TransferMessage> T ask(Class<T> answer, IntFunction<TransferMessage> question)
      throws IOException {
    requireOpen();
    TransferMessage message = calls.ask(question, control::sendWhenRoom, this::closeReason);
    if (!answer.isInstance(message)) {
      throw new ProtocolException(
          ErrorCode.PROTOCOL_VIOLATION,
          peerName
              + " answers with "
              + message.getClass().getSimpleName()
              + ", expected "
              + answer.getSimpleName());
    }
    return answer.cast(message);
  }

  /// Sends what needs no answer.
  void tell(TransferMessage message) throws IOException {
    requireOpen();
    control.sendWhenRoom(message);
  }

  PullSummary pull(int handle, List<Range> ranges, PullSettings settings, RangeSink sink)
      throws IOException {
    requireOpen();
    try {
      return lanes.pull(handle, ranges, spoken(settings), sink);
    } catch (RemoteException e) {
      throw e;
    } catch (IOException e) {
      if (closed.isDone()) {
        throw new IOException("link to " + peerName + " closed: " + closeReason(), e);
      }
      throw e;
    }
  }

  /// What the peer's version has words for.
  private PullSettings spoken(PullSettings settings) {
    boolean untold = settings.priority() == Priority.BACKGROUND && version < Versions.BACKGROUND;
    return (untold ? settings.ranked(Priority.LANDING) : settings).compressed(strongest());
  }

  private Codec strongest() {
    if (!machinery.settings().compress()) {
      return Codec.PLAIN;
    }
    return version >= Versions.ZSTD_AND_PAGES ? Codec.ZSTD : Codec.LZ4;
  }

  /// Whether the peer answers ASK_PAGES.
  boolean tellsPages() {
    return version >= Versions.ZSTD_AND_PAGES;
  }

  private void requireOpen() throws IOException {
    if (closed.isDone()) {
      throw new IOException("link to " + peerName + " closed: " + closeReason());
    }
  }

  private static void requireText(String json) {
    int bytes = ByteBufUtil.utf8Bytes(json);
    if (bytes < 1 || bytes > Limits.MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "text of " + bytes + " bytes, expected 1 to " + Limits.MAX_TEXT_BYTES);
    }
  }

  @Override
  public void close() {
    goodbye("closed by us");
  }

  /// Closes the link and says so, so that the other side does not take it for a loss.
  void goodbye(String reason) {
    IOException why = shut(reason);
    if (why != null) {
      control.send(
          List.of(GOODBYE),
          () -> {
            control.close(reason);
            lanes.close(why);
          });
    }
  }

  /// The link is gone, for whatever reason.
  void lost(String reason) {
    IOException why = shut(reason);
    if (why != null) {
      LOG.log(Level.INFO, "link to {0} closed: {1}", peerName, reason);
      control.close(reason);
      lanes.close(why);
    }
  }

  /// Ends everything but the connections.
  ///
  /// @return why, as an exception, or null if that was done before
  private IOException shut(String reason) {
    if (!closeReason.compareAndSet(null, reason)) {
      return null;
    }
    IOException why = new IOException("link to " + peerName + " closed: " + reason);
    calls.fail(why);
    lanes.fail(why);
    serving.close();
    notices.close();
    machinery.forget(this);
    audit.ended(
        identity,
        control.address(),
        control.sentBytes() + lanes.sentBytes(),
        control.receivedBytes() + lanes.receivedBytes(),
        reason);
    // Dependents of a caller must not run on the event loop that reports the loss.
    Thread.ofVirtual().name("landfall-closed").start(() -> closed.complete(null));
    return why;
  }

  @Override
  public String toString() {
    return peerName + '@' + control.address();
  }

  private final class ControlListener implements Connection.Listener {
    @Override
    public void received(TransferMessage message) throws ProtocolException {
      switch (message) {
        case TransferMessage.Note note -> LOG.log(Level.INFO, "{0}: {1}", peerName, note.text());
        case Notice notice -> notices.add(notice.json());
        case Request request -> serving.request(request);
        case Open question -> serving.open(question);
        case TransferMessage.MapRange question -> serving.map(question);
        case TransferMessage.AskManifest question -> serving.manifest(question);
        case TransferMessage.AskPages question -> serving.pages(question);
        case TransferMessage.Mark mark -> serving.mark(mark);
        case Fin fin -> fin(fin);
        case Reply answer -> calls.answered(answer.request(), answer);
        case Opened answer -> calls.answered(answer.request(), answer);
        case TransferMessage.Mapped answer -> calls.answered(answer.request(), answer);
        case TransferMessage.Pages answer -> calls.answered(answer.request(), answer);
        case TransferMessage.ManifestPage answer -> calls.answered(answer.request(), answer);
        case Failure failure -> failed(failure);
        case TransferMessage.Data data -> {
          data.close();
          throw misplaced(data);
        }
        case TransferMessage.Hello _,
            TransferMessage.Auth _,
            TransferMessage.Want _,
            TransferMessage.Zero _ ->
            throw misplaced(message);
      }
    }

    private void fin(Fin fin) {
      if (fin.equals(GOODBYE)) {
        lost("closed by " + peerName);
      } else {
        serving.fin(fin);
      }
    }

    private void failed(Failure failure) {
      if (failure.request() == 0) {
        lost(peerName + " closed it: " + failure.sentence());
      } else {
        calls.failed(failure);
      }
    }

    @Override
    public void lost(String reason) {
      Link.this.lost(reason);
    }
  }

  static ProtocolException misplaced(TransferMessage message) {
    return new ProtocolException(
        ErrorCode.PROTOCOL_VIOLATION,
        message.getClass().getSimpleName() + " has no place on this connection");
  }
}
