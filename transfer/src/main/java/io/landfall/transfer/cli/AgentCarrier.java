package io.landfall.transfer.cli;

import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.condor.plugin.Carrier;
import io.landfall.transfer.condor.plugin.NoContactException;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.tree.CopySource;
import io.landfall.transfer.tree.TreeFilter;
import io.landfall.transfer.tree.TreeLanding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import picocli.CommandLine.TypeConversionException;

/// Carries files to and from agents, a link for each: an agent bounds what it offers over all
/// links, and takes back what it offered when the link closes.
final class AgentCarrier implements Carrier {
  /// Agents that did not answer are not waited for again.
  private final Map<InetSocketAddress, NoContactException> silent = new HashMap<>();

  @Override
  public Moved download(String url, Path to) throws IOException {
    CopyPlace place = place(url);
    requireName(to);
    try (AgentLink link = link(place)) {
      Reply.CopyOffer offer = link.call(new Request.OfferCopy(place.path(), List.of(), List.of()));
      TreeLanding.Landed landed = link.fetch(offer, to, TransferListener.NONE);
      return new Moved(landed.totalBytes(), landed.wireBytes());
    }
  }

  @Override
  public Moved upload(Path from, String url) throws IOException {
    CopyPlace place = place(url);
    requireName(from);
    String name = from.getFileName().toString();
    try (CopySource content =
            CopySource.open(from.getParent(), name, TreeFilter.ALL, ForkJoinPool.commonPool());
        AgentLink link = link(place)) {
      Reply.CopyTaken taken = link.send(content, place.path());
      return new Moved(taken.figures().image(), taken.figures().wire());
    }
  }

  private static void requireName(Path path) {
    if (path.getFileName() == null) {
      throw new IllegalArgumentException("'" + path + "' is no file's name");
    }
  }

  private static CopyPlace place(String url) {
    CopyPlace place;
    try {
      place = new CopyPlace.Converter().convert(url);
    } catch (TypeConversionException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    if (!place.remote()) {
      throw new IllegalArgumentException(
          "'" + url + "' is none of ours; write landfall://HOST[:PORT]/NAME/PATH");
    }
    return place;
  }

  private AgentLink link(CopyPlace place) throws NoContactException {
    InetSocketAddress address = place.agent().orElseThrow();
    NoContactException before = silent.get(address);
    if (before != null) {
      throw before;
    }
    try {
      if (address.isUnresolved()) {
        throw new NoContactException(
            "the name " + address.getHostString() + " has no address", false, null);
      }
      return AgentLink.to(address);
    } catch (NoContactException e) {
      silent.put(address, e);
      throw e;
    } catch (IOException e) {
      NoContactException failure = new NoContactException(e.getMessage(), true, e);
      silent.put(address, failure);
      throw failure;
    }
  }
}
